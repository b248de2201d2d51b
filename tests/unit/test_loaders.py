from __future__ import annotations

import os
import pickle
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kida.environment import loading
from kida.environment.bytecode_cache import load_bundle
from kida.environment.loaders import (
    ChoiceLoader,
    DictLoader,
    FileSystemLoader,
    FunctionLoader,
    Loader,
    ModuleLoader,
    PackageLoader,
    PrefixLoader,
)
from kida.environment.loading import LoadedSource, ReloadingLoader, is_current, load, nearest_template
from kida.environment.precompiled import bundle_filename, write_bundles
from kida.errors import ErrorCode, TemplateError, TemplateNotFoundError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.html").write_text("A")
    (folder / "sub" / "b.html").write_text("Bü", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


class Minimal:
    """A loader with the two methods of the protocol and no more."""

    def get_source(self, name: str) -> tuple[str, str | None]:
        if name != "only.html":
            raise TemplateNotFoundError(name)
        return "only", None

    def list_templates(self) -> list[str]:
        return ["only.html"]


class TestFileSystemLoader:
    def test_it_gives_text_and_file(self, root: Path):
        loader = FileSystemLoader(root)
        assert loader.get_source("a.html") == ("A", str(root / "a.html"))
        assert loader.get_source("sub/b.html") == ("Bü", str(root / "sub" / "b.html"))

    def test_the_first_folder_that_has_a_name_wins(self, root: Path, tmp_path: Path):
        other = tmp_path / "other"
        other.mkdir()
        (other / "a.html").write_text("other A")
        assert FileSystemLoader([other, str(root)]).get_source("a.html")[0] == "other A"
        assert FileSystemLoader([other, str(root)]).get_source("sub/b.html")[0] == "Bü"

    @pytest.mark.parametrize(
        "name", ["/a.html", "./a.html", "//a.html", "a.html/", "sub//b.html", "sub/./b.html"]
    )
    def test_empty_parts_of_a_name_mean_nothing_as_in_jinja2(self, root: Path, name: str):
        assert FileSystemLoader(root).get_source(name)[0] in ("A", "Bü")

    @pytest.mark.parametrize(
        "name",
        [
            "../secret.txt",
            "sub/../../secret.txt",
            "sub/../a.html",
            "..",
            "..\\secret.txt",
            "sub\\b.html",
            "C:/secret.txt",
            "sub/c:secret.txt",
            "a.html\0",
            "\0",
            "",
            ".",
            "/",
            "sub",
            "sub/",
            "\ud800",
            "x" * 5000,
            "a.html/b.html",
        ],
    )
    def test_no_name_leads_out_of_the_folders_or_to_anything_but_a_file(self, root: Path, name: str):
        loader = FileSystemLoader(root)
        assert name not in loader
        with pytest.raises(TemplateNotFoundError) as caught:
            loader.get_source(name)
        assert caught.value.name == name

    @pytest.mark.parametrize("name", ["sub/../a.html", "sub\\b.html", "c:/a.html", "a.html\0"])
    def test_a_name_that_is_no_templates_is_told_apart_from_one_that_is_missing(self, root: Path, name: str):
        with pytest.raises(TemplateNotFoundError) as caught:
            ChoiceLoader([FileSystemLoader(root)]).get_source(name)
        why = "where no name has '..', a backslash, a drive letter or a NUL in it"
        assert caught.value.hint == f"looked in {str(root)!r} ({why})"

    def test_an_absolute_name_is_looked_up_inside_the_folder(self, root: Path, tmp_path: Path):
        with pytest.raises(TemplateNotFoundError):
            FileSystemLoader(root).get_source(str(tmp_path / "secret.txt"))

    def test_a_missing_template_says_where_it_was_looked_for(self, root: Path):
        with pytest.raises(TemplateNotFoundError) as caught:
            FileSystemLoader([root, "elsewhere"]).get_source("c.html")
        assert caught.value.name == "c.html"
        assert caught.value.code is ErrorCode.TEMPLATE_NOT_FOUND
        assert caught.value.hint == f"looked in {str(root)!r}, 'elsewhere'"

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_text_that_is_not_of_the_encoding_is_an_error_that_says_where(self, root: Path):
        (root / "latin.html").write_bytes(b"one\ntwo \xe9\n")
        with pytest.raises(TemplateError, match=r"latin\.html.*not valid utf-8.*byte 0xe9, line 2") as caught:
            FileSystemLoader(root).get_source("latin.html")
        assert caught.value.code is ErrorCode.UNREADABLE_TEMPLATE
        assert not isinstance(caught.value, TemplateNotFoundError)
        assert FileSystemLoader(root, encoding="latin-1").get_source("latin.html")[0] == "one\ntwo é\n"

    def test_an_unknown_encoding_is_reported_at_once(self, root: Path):
        with pytest.raises(LookupError, match="klingon"):
            FileSystemLoader(root, encoding="klingon")

    def test_a_file_that_cannot_be_read_is_an_error_of_its_template(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ):
        def refuse(*args: object) -> object:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
        with pytest.raises(TemplateError, match=r"'a\.html' cannot be read: Permission denied") as caught:
            FileSystemLoader(root).get_source("a.html")
        assert caught.value.code is ErrorCode.UNREADABLE_TEMPLATE

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_a_pipe_is_no_template(self, root: Path):
        os.mkfifo(root / "pipe")
        with pytest.raises(TemplateNotFoundError):
            FileSystemLoader(root).get_source("pipe")

    def test_it_lists_all_files_of_all_folders_once(self, root: Path, tmp_path: Path):
        other = tmp_path / "other"
        other.mkdir()
        (other / "a.html").write_text("other A")
        (other / "z.html").write_text("Z")
        assert FileSystemLoader([root, other]).list_templates() == ["a.html", "sub/b.html", "z.html"]

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_listing_follows_links_to_folders_where_told_to(self, root: Path, tmp_path: Path):
        (tmp_path / "linked").mkdir()
        (tmp_path / "linked" / "c.html").write_text("C")
        (root / "link").symlink_to(tmp_path / "linked")
        assert "link/c.html" not in FileSystemLoader(root).list_templates()
        assert "link/c.html" in FileSystemLoader(root, followlinks=True).list_templates()
        assert FileSystemLoader(root).get_source("link/c.html")[0] == "C"

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_it_notices_a_changed_a_replaced_and_a_deleted_file(self, root: Path):
        loader = FileSystemLoader(root)
        version = load(loader, "a.html").version
        assert is_current(loader, "a.html", version)
        (root / "a.html").write_text("longer")
        assert not is_current(loader, "a.html", version)
        version = load(loader, "a.html").version
        (root / "new").write_text("LONGER")
        os.replace(root / "new", root / "a.html")
        assert not is_current(loader, "a.html", version)
        version = load(loader, "a.html").version
        (root / "a.html").unlink()
        assert not is_current(loader, "a.html", version)

    def test_it_notices_a_file_that_appears_in_an_earlier_folder(self, root: Path, tmp_path: Path):
        first = tmp_path / "first"
        first.mkdir()
        loader = FileSystemLoader([first, root])
        version = load(loader, "a.html").version
        (first / "a.html").write_text("A")
        assert not is_current(loader, "a.html", version)

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_text_and_version_belong_together_while_the_file_is_rewritten(self, root: Path):
        loader = FileSystemLoader(root)
        texts = ["x" * 10_000, "y" * 20_000]

        def write(i: int) -> None:
            for _ in range(50):
                temporary = root / f"new{i}"
                temporary.write_text(texts[i])
                os.replace(temporary, root / "a.html")

        def read(_: int) -> bool:
            whole = True
            for _ in range(100):
                loaded = loader.load("a.html")
                assert isinstance(loaded.version, tuple)
                whole = whole and loaded.text in ("A", *texts) and loaded.version[2] == len(loaded.text)
            return whole

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, i) for i in range(2)]
            assert all(pool.map(read, range(2)))
            for writer in writers:
                writer.result()


class TestDictLoader:
    def test_it_gives_text_without_a_file(self):
        assert DictLoader({"a": "A"}).get_source("a") == ("A", None)

    def test_it_sees_changes_of_its_mapping(self):
        mapping = {"a": "A"}
        loader = DictLoader(mapping)
        version = load(loader, "a").version
        assert is_current(loader, "a", version)
        mapping["a"] = "A2"
        mapping["b"] = "B"
        assert not is_current(loader, "a", version)
        assert loader.list_templates() == ["a", "b"]
        del mapping["b"]
        assert not is_current(loader, "b", "B")
        assert "b" not in loader

    def test_a_missing_template_raises(self):
        with pytest.raises(TemplateNotFoundError) as caught:
            DictLoader({"a": ""}).get_source("b")
        assert caught.value.name == "b"


class TestFunctionLoader:
    @pytest.mark.parametrize("result", ["text", ("text", "file.html"), ("text", "file.html", None)])
    def test_it_takes_text_and_a_file_that_never_change(self, result):
        loader = FunctionLoader(lambda name: result)
        loaded = load(loader, "a")
        assert loaded.text == "text"
        assert loaded.filename == (None if result == "text" else "file.html")
        assert is_current(loader, "a", loaded.version)

    def test_it_asks_the_function_that_came_with_the_text_whether_that_is_up_to_date(self):
        fresh = [True]
        asked = []

        def source(name: str) -> tuple[str, None, object]:
            asked.append(name)
            return "text", None, lambda: fresh[0]

        loader = FunctionLoader(source)
        loaded = load(loader, "a")
        assert is_current(loader, "a", loaded.version)
        fresh[0] = False
        assert not is_current(loader, "a", loaded.version)
        assert asked == ["a"]

    def test_none_means_there_is_no_such_template(self):
        with pytest.raises(TemplateNotFoundError) as caught:
            FunctionLoader(lambda name: None).get_source("a")
        assert caught.value.name == "a"

    def test_it_cannot_list(self):
        with pytest.raises(TypeError, match="cannot list"):
            FunctionLoader(lambda name: None).list_templates()


class TestChoiceLoader:
    def test_the_first_loader_that_has_a_name_wins(self):
        loader = ChoiceLoader([DictLoader({"a": "1"}), DictLoader({"a": "2", "b": "3"})])
        assert loader.get_source("a")[0] == "1"
        assert loader.get_source("b")[0] == "3"
        assert loader.list_templates() == ["a", "b"]

    def test_a_missing_template_says_where_all_of_them_looked(self, root: Path):
        loader = ChoiceLoader([DictLoader({"a": "1"}), FileSystemLoader(root)])
        with pytest.raises(TemplateNotFoundError) as caught:
            loader.get_source("zzz")
        assert caught.value.name == "zzz"
        assert caught.value.hint == f"looked in a mapping of 1 template; {str(root)!r}"

    def test_it_notices_when_an_earlier_loader_comes_to_have_the_name(self):
        first: dict[str, str] = {}
        loader = ChoiceLoader([DictLoader(first), Minimal(), DictLoader({"a": "1"})])
        version = load(loader, "a").version
        assert is_current(loader, "a", version)
        first["a"] = "1"
        assert not is_current(loader, "a", version)
        version = load(loader, "a").version
        del first["a"]
        assert not is_current(loader, "a", version)

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_an_unreadable_template_does_not_make_way_for_a_later_one(self, root: Path):
        (root / "a.html").write_bytes(b"\xff")
        loader = ChoiceLoader([FileSystemLoader(root), DictLoader({"a.html": "later"})])
        with pytest.raises(TemplateError, match="not valid utf-8"):
            loader.get_source("a.html")

    def test_without_loaders_nothing_is_found(self):
        with pytest.raises(TemplateNotFoundError):
            ChoiceLoader([]).get_source("a")


class TestPrefixLoader:
    @pytest.fixture
    def loader(self) -> PrefixLoader:
        return PrefixLoader({"blog": DictLoader({"a/b": "1"}), "": Minimal(), "fs": FileSystemLoader(".")})

    def test_the_prefix_names_the_loader(self, loader: PrefixLoader):
        assert loader.get_source("blog/a/b")[0] == "1"
        assert loader.get_source("/only.html")[0] == "only"
        assert "blog/a/b" in loader
        assert "a/b" not in loader

    @pytest.mark.parametrize("name", ["blog", "blog/zzz", "other/a/b", "", "/", "fs/../x"])
    def test_the_error_names_the_whole_name(self, loader: PrefixLoader, name: str):
        with pytest.raises(TemplateNotFoundError) as caught:
            loader.get_source(name)
        assert caught.value.name == name

    def test_an_unknown_prefix_shows_the_known_ones(self, loader: PrefixLoader):
        with pytest.raises(TemplateNotFoundError) as caught:
            loader.get_source("other/a")
        assert caught.value.hint == "looked in the prefixes 'blog', '', 'fs'"

    def test_another_delimiter(self):
        assert PrefixLoader({"x": DictLoader({"a": "1"})}, delimiter=":").get_source("x:a")[0] == "1"

    def test_listing_and_changes_go_through(self):
        mapping = {"a": "1"}
        loader = PrefixLoader({"x": DictLoader(mapping), "y": DictLoader({"b": "2"})})
        assert loader.list_templates() == ["x/a", "y/b"]
        version = load(loader, "x/a").version
        assert is_current(loader, "x/a", version)
        mapping["a"] = "2"
        assert not is_current(loader, "x/a", version)


class TestPackageLoader:
    @pytest.fixture(params=["folder", "zip"])
    def package(self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        name = f"shipped_{request.param}"
        files = {
            "__init__.py": "",
            "templates/a.html": "Aü",
            "templates/sub/b.html": "B",
            "secret.txt": "secret",
        }
        if request.param == "folder":
            place = tmp_path
            for file, text in files.items():
                (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name / file).write_text(text, encoding="utf-8")
        else:
            place = tmp_path / "packages.zip"
            with zipfile.ZipFile(place, "w") as archive:
                for file, text in files.items():
                    archive.writestr(f"{name}/{file}", text)
        monkeypatch.syspath_prepend(str(place))
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    def test_it_gives_what_the_package_ships(self, package: str):
        loader = PackageLoader(package)
        text, filename = loader.get_source("a.html")
        assert text == "Aü"
        assert filename is None or Path(filename).read_text(encoding="utf-8") == text
        assert loader.get_source("/sub/b.html")[0] == "B"
        assert loader.list_templates() == ["a.html", "sub/b.html"]
        assert PackageLoader(package, "templates/sub").get_source("b.html")[0] == "B"

    @pytest.mark.parametrize("name", ["../secret.txt", "sub", "", "zzz.html", "sub\\b.html", "a.html\0"])
    def test_no_name_leads_out_of_the_package(self, package: str, name: str):
        loader = PackageLoader(package)
        assert name not in loader
        with pytest.raises(TemplateNotFoundError) as caught:
            loader.get_source(name)
        assert caught.value.hint == f"looked in 'templates' of the package {package!r}"

    def test_a_folder_that_is_not_there_is_reported_at_once(self, package: str):
        with pytest.raises(ValueError, match="has no folder 'nope'"):
            PackageLoader(package, "nope")
        with pytest.raises(ValueError, match="has no folder"):
            PackageLoader(package, "../..")

    def test_it_stays_current_and_pickles(self, package: str):
        loader = pickle.loads(pickle.dumps(PackageLoader(package)))
        loaded = load(loader, "a.html")
        assert is_current(loader, "a.html", loaded.version)

    def test_a_package_that_is_not_there(self):
        with pytest.raises(ModuleNotFoundError):
            PackageLoader("no_such_package_at_all")


class TestModuleLoader:
    @pytest.fixture
    def compiled(self, tmp_path: Path) -> Path:
        target = tmp_path / "compiled"
        written = write_bundles(
            target,
            [
                (
                    compile("x = 1", "template", "exec"),
                    {"name": name, "source": f"text of {name}", "filename": None, "options": "o"},
                )
                for name in ("a.html", "../odd\\näme\0")
            ],
        )
        assert written == ["a.html", "../odd\\näme\0"]
        return target

    def test_it_gives_text_and_code(self, compiled: Path):
        loader = ModuleLoader(compiled)
        loaded = load(loader, "a.html")
        assert loaded.text == "text of a.html"
        assert loaded.bundle is not None
        assert loaded.bundle.code is not None
        assert loaded.bundle.metadata["options"] == "o"
        assert is_current(loader, "a.html", loaded.version)

    def test_names_that_are_no_file_names_are_safe(self, compiled: Path):
        loader = ModuleLoader([compiled])
        assert loader.get_source("../odd\\näme\0") == ("text of ../odd\\näme\0", None)
        assert loader.list_templates() == ["../odd\\näme\0", "a.html"]
        assert {file.parent for file in compiled.rglob("*")} == {compiled}

    def test_a_later_run_adds_to_the_folder(self, compiled: Path):
        code = compile("x = 1", "n", "exec")
        write_bundles(compiled, [(code, {"name": "n", "source": "new", "filename": "f", "options": ""})])
        assert ModuleLoader(compiled).list_templates() == ["../odd\\näme\0", "a.html", "n"]
        assert ModuleLoader(compiled).get_source("n") == ("new", "f")

    def test_a_missing_template_raises(self, compiled: Path):
        assert "zzz" not in ModuleLoader(compiled)
        with pytest.raises(TemplateNotFoundError):
            ModuleLoader(compiled).get_source("zzz")
        assert ModuleLoader(compiled / "nowhere").list_templates() == []

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_a_damaged_file_is_an_error_and_never_runs(self, compiled: Path):
        file = compiled / bundle_filename("a.html")
        file.write_bytes(file.read_bytes()[:-1])
        with pytest.raises(TemplateError, match="damaged") as caught:
            ModuleLoader(compiled).get_source("a.html")
        assert caught.value.code is ErrorCode.UNREADABLE_TEMPLATE

    @pytest.mark.thread_unsafe(reason="changes the folder")
    def test_a_damaged_index_is_an_error(self, compiled: Path):
        (compiled / "index.json").write_text("[]")
        with pytest.raises(TemplateError, match="index"):
            ModuleLoader(compiled).list_templates()

    def test_code_of_another_python_comes_with_its_text_alone(
        self, compiled: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("kida.environment.bytecode_cache._maker", lambda: "another")
        loaded = load(ModuleLoader(compiled), "a.html")
        assert loaded.text == "text of a.html"
        assert loaded.bundle is not None
        assert loaded.bundle.code is None
        assert load_bundle((compiled / bundle_filename("a.html")).read_bytes()) == loaded.bundle


class TestAnyLoader:
    @pytest.mark.parametrize(
        "loader",
        [
            FileSystemLoader("templates"),
            DictLoader({"a": "A"}),
            ModuleLoader("compiled"),
            ChoiceLoader([DictLoader({})]),
            PrefixLoader({"a": DictLoader({})}),
            FunctionLoader(str),
        ],
    )
    def test_the_built_in_ones_notice_changes_pickle_and_say_what_they_are(self, loader: Loader):
        assert isinstance(loader, Loader)
        assert isinstance(loader, ReloadingLoader)
        twin = pickle.loads(pickle.dumps(loader))
        assert repr(twin) == repr(loader)
        assert type(loader).__name__ in repr(loader)

    def test_two_methods_make_a_loader_and_its_templates_stay_as_they_were(self):
        loader = Minimal()
        assert isinstance(loader, Loader)
        assert not isinstance(loader, ReloadingLoader)
        assert load(loader, "only.html") == LoadedSource("only")
        assert is_current(loader, "only.html", None)
        assert is_current(loader, "only.html", "token")


class TestNearestTemplate:
    def test_a_slip_of_the_pen_is_recognised(self, root: Path):
        assert nearest_template(FileSystemLoader(root), "sub/b.htm") == "sub/b.html"
        assert (
            nearest_template(ChoiceLoader([Minimal(), DictLoader({"page.html": ""})]), "pgae.html")
            == "page.html"
        )
        prefixed = PrefixLoader({"ui": DictLoader({"card.html": ""})})
        assert nearest_template(prefixed, "ui/crad.html") == "ui/card.html"

    def test_a_forgotten_folder_is_recognised(self, root: Path):
        assert nearest_template(FileSystemLoader(root), "b.html") == "sub/b.html"
        assert nearest_template(FileSystemLoader(root), "wrong/b.html") == "sub/b.html"

    def test_a_name_like_none_has_no_nearest(self, root: Path):
        assert nearest_template(DictLoader({"one.html": "", "two.html": ""}), "pgae.html") is None
        assert nearest_template(DictLoader({"one.html": "", "": ""}), "") is None
        assert nearest_template(FileSystemLoader(root), "completely-different.txt") is None

    def test_loaders_that_cannot_tell_cheaply_are_not_asked(self):
        assert nearest_template(Minimal(), "onyl.html") is None
        assert nearest_template(FunctionLoader(lambda name: "text"), "a") is None
        assert nearest_template(None, "a") is None

    def test_only_so_many_names_are_looked_at(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(loading, "MAX_NAMES_COMPARED", 2)
        mapping = {"one.html": "", "two.html": "", "page.html": ""}
        assert nearest_template(DictLoader(mapping), "pgae.html") is None
        assert nearest_template(DictLoader(mapping), "tow.html") == "two.html"
