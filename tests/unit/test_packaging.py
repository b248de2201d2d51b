from __future__ import annotations

import doctest
import re
import subprocess
import sys
from importlib.metadata import metadata, requires, version
from importlib.resources import files
from pathlib import Path

import pytest

import kida

ROOT = Path(__file__).parents[2]
HEAVY = (
    "IPython",
    "jinja2",
    "ipywidgets",
    "anywidget",
    "asyncio",
    "json",
    "inspect",
    "logging",
    "tempfile",
    "decimal",
)


def test_the_version_is_the_distributions():
    assert version("kida-jupyter") == kida.__version__


def test_the_distribution_needs_what_its_two_packages_import():
    required = {
        re.split(r"[<>=!~ ;\[]", line)[0] for line in requires("kida-jupyter") or () if "extra ==" not in line
    }
    assert required == {"markupsafe", "ipython", "ipywidgets", "anywidget"}
    assert metadata("kida-jupyter")["Requires-Python"] == ">=3.11"


@pytest.mark.parametrize("package", ["kida", "kida_jupyter"])
def test_the_packages_are_typed(package: str):
    assert (files(package) / "py.typed").is_file()


@pytest.mark.parametrize(
    ("used", "unwanted"),
    [
        ("import kida", HEAVY),
        ("import kida; kida.Environment().render_string('{% cache 1 %}{{ x }}{% end %}', x=1)", ("asyncio",)),
    ],
    ids=["import", "a render"],
)
def test_importing_kida_brings_in_nothing_that_a_render_does_not_need(used: str, unwanted: tuple[str, ...]):
    program = f"import sys; before = set(sys.modules); {used}; print(*(set({unwanted!r}) & (set(sys.modules) - before)))"
    # -S and an explicit path: site-packages may hold .pth files that import things of their own
    path = [str(ROOT), str(Path(sys.modules["markupsafe"].__file__ or "").parents[1])]
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {path!r}; {program}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_kida_declares_that_it_needs_no_gil():
    assert kida._Py_mod_gil == 0


CONSTRAINTS = ("constraints.txt", "constraints-free-threaded.txt")


def pins(file: str) -> list[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("file", CONSTRAINTS)
def test_the_constraints_are_exact_and_name_no_hosts(file: str):
    assert pins(file)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+( ; [^@:/]+)?", line) for line in pins(file))


def test_the_constraints_for_free_threaded_pythons_take_the_place_of_the_others():
    command = [ROOT / "tools" / "free-threaded-constraints"]
    printed = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()
    combined = [line for line in printed if line and not line.startswith("#")]
    usual, instead = (pins(file) for file in CONSTRAINTS)
    replaced = {line.split("==")[0].lower() for line in instead}
    assert {line.split("==")[0].lower() for line in usual} & replaced
    kept = [line for line in usual if line.split("==")[0].lower() not in replaced]
    assert sorted(combined) == sorted(kept + instead)


def test_free_threaded_pythons_run_the_suite_of_all_others_but_for_pandas_data():
    extras: dict[str, set[str]] = {"test": set(), "free-threaded": set()}
    for line in requires("kida-jupyter") or ():
        for name, packages in extras.items():
            if re.search(rf"extra == .{name}.$", line):
                packages.add(re.split(r"[<>=!~ ;\[]", line)[0])
    assert extras["test"] - extras["free-threaded"] == {"palmerpenguins", "pydantic", "nbconvert"}
    assert extras["free-threaded"] - extras["test"] == {"pytest-run-parallel"}


@pytest.mark.thread_unsafe(reason="doctest puts an output of its own in the place of sys.stdout")
def test_the_readmes_examples_are_true():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    # one document: later examples use the names of earlier ones
    examples = "\n".join(re.findall(r"```pycon\n(.*?)```", text, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "README.md", "README.md", 0)
    report: list[str] = []
    results = doctest.DocTestRunner().run(test, out=report.append)
    assert results.attempted > 10
    assert results.failed == 0, "".join(report)


def test_the_links_of_the_readme_lead_somewhere():
    for page in (ROOT / "README.md", ROOT / "docs" / "README.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
