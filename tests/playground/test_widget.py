"""The playground from Python: traits, rendering, context, saving; without a notebook, and beside one in this process."""

from __future__ import annotations

import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import traitlets

import kida
import kida_jupyter
from kida.runtime.forms import Form
from kida_jupyter.playground import Playground
from kida_jupyter.playground.messages import Result
from tests.notebook.in_process import Session
from tests.playground.fitting import misfits, out_of_range

PAGES = {
    "page.html": "{% extends 'base.html' %}{% block body %}<b>{{ title }}</b>{% end %}",
    "base.html": "<html>{% block body %}{% end %}</html>",
}


def playground(source: Any = "Hello {{ name }}!", **options: Any) -> Playground:
    return Playground(source, **{"notebook": None, "context": {"name": "😀", "title": "T & U"}, **options})


def heard(p: Playground, *names: str) -> list[tuple[str, Any]]:
    """What is told of some traits from now on."""
    found: list[tuple[str, Any]] = []
    p.observe(lambda change: found.append((change.name, change.new)), list(names))
    return found


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_it_renders_a_text_without_a_notebook() -> None:
    p = playground()
    assert (p.source, p.output, p.error) == ("Hello {{ name }}!", "Hello 😀!", None)
    assert p.templates == {"template.txt": "Hello {{ name }}!"}
    assert p.template().render(name="x") == "Hello x!"
    assert repr(p) == "<Playground of template.txt>"


def test_importing_the_package_imports_no_widgets() -> None:
    code = "import sys, kida_jupyter; print('anywidget' in sys.modules, kida_jupyter.Playground, 'anywidget' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "<class", "'kida_jupyter.playground.widget.Playground'>", "True"]
    with pytest.raises(AttributeError, match="Playgroun"):
        kida_jupyter.Playgroun  # type: ignore[attr-defined]  # noqa: B018


def test_setting_the_source_renders_and_tells_observers() -> None:
    p = playground()
    told = heard(p, "output", "templates", "source")
    p.source = "Bye {{ name }}"
    assert p.output == "Bye 😀"
    assert p.edition == p.result["edition"] == p.result["lastGood"] == 1
    assert ("output", "Bye 😀") in told
    assert [name for name, _ in told].count("output") == 1


def test_setting_the_templates_renders_and_a_part_of_them_cannot_be_set_unnoticed() -> None:
    p = playground(PAGES)
    assert p.output == "<html><b>T &amp; U</b></html>"
    p.templates = {**p.templates, "base.html": "<p>{% block body %}{% end %}</p>"}
    assert p.output == "<p><b>T &amp; U</b></p>"
    with pytest.raises(TypeError, match=r"p\.templates = \{\*\*p\.templates"):
        p.templates["base.html"] = ""
    with pytest.raises(traitlets.TraitError, match="at least one template"):
        p.templates = {}
    with pytest.raises(traitlets.TraitError):
        p.templates = {"a": 1}
    assert p.output == "<p><b>T &amp; U</b></p>"


def test_another_main_template_is_rendered_and_one_that_goes_is_replaced() -> None:
    p = playground(PAGES)
    p.main = "base.html"
    assert (p.source, p.output) == (PAGES["base.html"], "<html></html>")
    p.templates = {"only.html": "{{ title }}"}
    assert (p.main, p.active, p.output) == ("only.html", "only.html", "T &amp; U")


def test_the_format_is_told_by_the_name_or_the_text_and_decides_about_escaping() -> None:
    assert [playground({name: "x"}).format for name in ("a.md", "a.sql.j2", "a.yml", "a", "a.html")] == [
        "markdown",
        "sql",
        "yaml",
        "text",
        "html",
    ]
    p = playground("<p>{{ title }}</p>")
    assert (p.format, p.output, p.main) == ("html", "<p>T &amp; U</p>", "template.html")
    p.format = "text"
    assert p.output == "<p>T & U</p>"


def test_an_environment_or_a_template_of_ones_own_is_taken_as_it_is() -> None:
    environment = kida.Environment(
        loader=kida.DictLoader({"lib": "{% macro m(x) %}<{{ x }}>{% end %}"}),
        filters={"shout": lambda text: text.upper() + "!"},
        autoescape=False,
    )
    text = "{% from 'lib' import m %}{{ m(name | shout) }}"
    p = playground(text, environment=environment, context={"name": "a&b"}, format="html")
    assert p.output == "<A&B!>"
    template = environment.from_string(text, name="mine.html")
    p = playground(template, context={"name": "c"})
    assert (p.main, p.output) == ("mine.html", "<C!>")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"format": "pdf"}, "format is one of html, markdown, .*; not 'pdf'"),
        ({"seconds": "2"}, "seconds is a number or None, not '2'"),
        ({"seconds": 0}, "seconds is above zero, or None for no limit; not 0"),
        ({"characters": 1e6}, "characters is a whole number or None"),
        ({"context": ["name"]}, "the context is a mapping of names to values, not list"),
        ({"main": "b"}, "no template is 'b': there is 'template.txt'"),
    ],
)
def test_what_a_playground_cannot_be_made_of_is_told(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises((ValueError, TypeError), match=complaint):
        Playground("text", notebook=None, **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("main", "absent.txt"),
        ("active", "absent.txt"),
        ("output", "text"),
        ("error", None),
        ("context", {}),
        ("templates", {"": "text"}),
        ("overrides", {3: 1}),
    ],
)
def test_what_cannot_be_set_is_told_and_changes_nothing(name: str, value: object) -> None:
    p = playground()
    before = (p.main, p.active, p.templates, p.output, p.error, p.overrides, p.edition)
    with pytest.raises(traitlets.TraitError):
        setattr(p, name, value)
    assert (p.main, p.active, p.templates, p.output, p.error, p.overrides, p.edition) == before


def test_an_override_goes_before_what_was_given_and_is_taken_back() -> None:
    p = playground()
    p.overrides = {"name": "x"}
    assert (p.output, p.context["name"].origin) == ("Hello x!", "override")
    p.overrides = {}
    assert (p.output, p.context["name"].origin) == ("Hello 😀!", "given")


@pytest.mark.parametrize(
    ("before", "after", "output"),
    [
        (1, 1.0, "1.0"),
        (1, True, "True"),
        ([0.0], [-0.0], "[-0.0]"),
        (Decimal(1), Decimal("1.00"), "1.00"),
        ({"a": 1}, {"a": 1}, "{'a': 1}"),
    ],
)
def test_an_override_that_is_equal_and_reads_otherwise_is_a_change(
    before: object, after: object, output: str
) -> None:
    p = playground("{{ n }}", format="text")
    p.overrides = {"n": before}
    edition, json = p.edition, p.get_state("overrides")
    p.overrides = {"n": after}
    assert p.output == output
    assert (p.edition > edition) is (repr(before) != repr(after))
    p.overrides = {"n": before}
    assert (p.output, p.get_state("overrides")) == (str(before), json)


def test_the_context_tells_where_each_name_comes_from() -> None:
    p = playground("{{ name }}{{ range(2) | list }}{{ absent ?? '' }}", context={"name": [1], "unread": 2})
    assert {name: one.origin for name, one in p.context.items()} == {
        "absent": "missing",
        "name": "given",
        "range": "global",
    }
    assert p.context["name"].value == [1]
    assert {one["name"]: one["json"] for one in p.result["context"]} == {
        "absent": None,
        "name": "[1]",
        "range": None,
    }


def test_the_last_good_result_stays_while_the_template_is_broken() -> None:
    p = playground()
    p.source = "{{ nam"
    assert isinstance(p.error, kida.TemplateSyntaxError)
    assert (p.output, p.result["ok"], p.result["lastGood"]) == ("Hello 😀!", False, 0)
    assert p.trace.output == p.output
    assert all(word in p.result["error"]["html"] for word in ("kida-error", "template.txt 1:1"))
    p.source = "Hi"
    assert (p.error, p.output, p.result["error"]) == (None, "Hi", None)


def test_a_render_is_interrupted_also_where_the_kernel_ignores_interrupts() -> None:
    p = Playground("fine", context={"interrupt": interrupt}, notebook=None)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        p.source = "{{ interrupt() }}"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(p.error, KeyboardInterrupt)
    assert p.output == "fine"


def test_an_interrupt_before_the_template_runs_waits_for_it_and_ends_it() -> None:
    p = Playground("fine", notebook=None)
    p.observe(lambda change: interrupt() if change["new"] else None, "busy")
    p.source = "{% while true %}{% end %}"
    assert isinstance(p.error, KeyboardInterrupt)
    assert (p.result["error"]["kind"], p.output, p.busy) == ("KeyboardInterrupt", "fine", False)


def test_an_interrupt_after_a_render_lets_its_result_through_and_is_raised_then() -> None:
    p = Playground("fine", notebook=None)
    p.observe(lambda change: None if change["new"] else interrupt(), "busy")
    with pytest.raises(KeyboardInterrupt):
        p.source = "done"
    assert (p.error, p.output, p.result["output"], p.busy) == (None, "done", "done", False)


def test_an_interrupt_does_what_the_notebooks_own_handler_says() -> None:
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("heard"))
    try:
        p = Playground("{{ interrupt() }}on", context={"interrupt": interrupt}, notebook=None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (heard, p.output) == (["heard"], "Noneon")


def test_a_template_is_compiled_for_tracing_alone_until_it_is_rendered_plainly() -> None:
    p = Playground("{{ 6 * 7 }}", notebook=None)
    p.source = "{{ 6 * 7 }}!"
    assert p.output == "42!"
    assert set(p.template()._compiled) == {Form.TRACE}
    assert p.template().render() == "42!"


def test_the_trace_tells_from_python_what_wrote_a_character() -> None:
    p = playground(PAGES)
    segment = p.trace.segment_at(p.output.index("T &amp;"))
    assert (segment.part.template, segment.part.text) == ("page.html", "title")
    assert [step.kind for step in segment.chain] == ["template", "template", "block"]


@pytest.mark.parametrize(
    "text",
    [
        "{% while true %}{% end %}",
        "{% for x in range(10 ** 9) %}{% end %}",
        "{% macro m() %}{{ m() }}{% end %}{% for x in range(10 ** 9) %}{{ [1] | join }}{% end %}",
        "{% while true %}0123456789{% end %}",
    ],
)
def test_a_template_without_end_is_stopped(text: str) -> None:
    p = playground("ok")
    p.source = text
    assert isinstance(p.error, kida.BudgetExceededError)
    assert p.output == "ok"


def test_the_budget_can_be_chosen() -> None:
    p = playground("{% for x in range(99) %}0123456789{% end %}", characters=100, seconds=None)
    assert "100 characters" in p.result["error"]["message"]


def test_what_a_template_raises_is_an_error_of_the_playground_alone() -> None:
    def leave() -> None:
        raise SystemExit(3)

    class Odd:
        def __str__(self) -> str:
            raise KeyboardInterrupt

    p = playground("{{ leave() }}", context={"leave": leave, "odd": Odd()})
    assert isinstance(p.error, SystemExit)
    p.source = "{{ odd }}"
    assert isinstance(p.error, KeyboardInterrupt)
    assert p.result["error"]["kind"] == "KeyboardInterrupt"
    assert not p.busy
    assert misfits(dict(p.result), Result) == []


def test_an_interrupt_while_the_result_is_made_is_an_error_of_the_playground(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    p = playground("good")
    with monkeypatch.context() as patch:
        patch.setattr("kida_jupyter.playground.making.good_result", interrupted)
        p.source = "later"
    assert isinstance(p.error, KeyboardInterrupt)
    assert (p.output, p.busy, p.result["error"]["message"]) == ("good", False, "the render was interrupted")
    p.source = "on"
    assert (p.output, p.error) == ("on", None)


def test_a_template_that_awaits_is_rendered() -> None:
    async def later() -> str:
        return "later"

    p = playground("{{ await later() }}", context={"later": later})
    assert (p.output, out_of_range(p.result)) == ("later", [])


def test_a_render_that_changes_the_playground_is_followed_by_one_more_and_no_others() -> None:
    renders: list[str] = []

    def change() -> str:
        renders.append(p.source)
        p.source = f"{{{{ change() }}}}{len(renders)}"
        return ""

    p = playground("begin", context={"change": change})
    p.source = "{{ change() }}"
    assert renders == ["{{ change() }}", "{{ change() }}1"]


def test_hostile_values_break_nothing() -> None:
    class Hostile:
        def __getattribute__(self, name: str) -> Any:
            if name != "__class__":
                raise SystemExit(name)
            return Hostile

        def __eq__(self, other: object) -> bool:
            raise SystemExit("==")

        def __repr__(self) -> str:
            raise SystemExit("repr")

        __hash__ = None  # type: ignore[assignment]

    for _ in range(2):
        p = playground("{% if h is defined %}{{ x }}{% end %}", context={"h": Hostile(), "x": "\ud800"})
        assert p.result["output"] == "\ufffd"
        p.source += " "
        assert (p.output, p.error, p.result["problems"]) == ("\ud800 ", None, [])


def test_an_output_of_megabytes_is_cut_for_the_page_and_whole_for_python() -> None:
    p = playground("{% for x in range(n) %}0123456789{% end %}", context={"n": 200_000})
    assert len(p.output) == 2_000_000
    assert p.result["cut"] == {"shown": 300_000, "whole": 2_000_000}
    assert len(p.result["output"]) == 300_000
    assert out_of_range(p.result) == []


def test_files_are_saved_with_the_line_ends_that_they_came_with(tmp_path: Path) -> None:
    p = playground({"win.txt": "a\r\nb {{ name }}\r\n", "sub/unix.txt": "a\nb\n"})
    assert p.templates["win.txt"] == "a\nb {{ name }}\n"
    p.source += "c\n"
    assert p.save(tmp_path) == [tmp_path / "win.txt", tmp_path / "sub" / "unix.txt"]
    assert (tmp_path / "win.txt").read_bytes() == b"a\r\nb {{ name }}\r\nc\r\n"
    assert (tmp_path / "sub" / "unix.txt").read_bytes() == b"a\nb\n"
    p.save(tmp_path)


def test_a_file_with_another_text_is_overwritten_by_force_alone(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("kept")
    p = playground({"a.txt": "1", "b.txt": "2"})
    with pytest.raises(FileExistsError, match=r"b\.txt"):
        p.save(tmp_path)
    assert not (tmp_path / "a.txt").exists()
    p.save(tmp_path, force=True)
    assert (tmp_path / "b.txt").read_text() == "2"


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt", "C:x", "a\\b"])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no name for a file"):
        playground({name: "x"}).save(tmp_path)


def test_a_result_is_pinned_as_it_is(tmp_path: Path) -> None:
    p = playground()
    p.pin()
    p.source = "other"
    assert p.show["pinned"] == "Hello 😀!"
    p.unpin()
    assert p.show["pinned"] is None


@pytest.mark.parametrize("source", [1, None, ["a"], {}, {"a": 1}, {1: "a"}])
def test_what_no_playground_can_be_made_of_is_refused(source: Any) -> None:
    with pytest.raises(TypeError, match="playground"):
        playground(source)
    with pytest.raises(ValueError, match="no template is 'x'"):
        playground(main="x")


# --- beside a notebook in this process ------------------------------------------------------------------------------


def made(session: Session, code: str) -> Playground:
    run = session.run(f"import kida_jupyter\np = kida_jupyter.Playground({code})")
    assert run.ok, run.stdout
    p: Playground = session.names["p"]
    return p


def test_it_renders_again_after_a_cell_that_changed_what_it_read_and_no_other(session: Session) -> None:
    session.run("rows = [1]\nother = 1")
    p = made(session, "'{{ rows | sum }}'")
    told = heard(p, "context")
    session.run("other = 2")
    assert (p.output, told) == ("1", [])
    session.run("rows.append(2)")
    assert p.output == "3"
    assert len(told) == 1
    p.overrides = {"rows": [7]}
    assert p.output == "7"


def test_it_renders_again_after_a_named_cell_or_a_filter_changed(session: Session) -> None:
    session.run("%%kida --name lib.html --quiet\n{% macro m() %}1{% end %}")
    session.run("import kida_jupyter\n@kida_jupyter.filter\ndef mine(x): return f'{x}a'")
    p = made(session, "'{% from \"lib.html\" import m %}{{ m() | mine }}'")
    assert p.output == "1a"
    session.run("%%kida --name lib.html --quiet\n{% macro m() %}2{% end %}")
    assert p.output == "2a"
    session.run("@kida_jupyter.filter\ndef mine(x): return f'{x}b'")
    assert p.output == "2b"


def test_its_own_templates_go_before_the_cells(session: Session) -> None:
    session.run("%%kida --name lib.html --quiet\ncell")
    p = made(session, "{'page.html': '{% include \"lib.html\" %}'}")
    assert p.output.strip() == "cell"
    p.templates = {**p.templates, "lib.html": "own"}
    assert p.output == "own"
    assert session.notebook.named_cells == {"lib.html": "cell\n"}


def test_a_name_that_was_missing_is_found_once_a_cell_gives_it(session: Session) -> None:
    p = made(session, "'{{ late }}'")
    assert isinstance(p.error, kida.UndefinedError)
    assert "assign 'late' in a cell" in p.result["error"]["hint"]
    session.run("late = 1")
    assert (p.error, p.output) == (None, "1")


def test_it_follows_a_live_cell_that_writes_what_it_reads(session: Session) -> None:
    session.run("n = 1\nline = ''")
    p = made(session, "'{{ line }}'")
    session.run("%%kida --live --to line\n{{ n }}!")
    session.run("n = 2")
    assert p.output.strip() == "2!"


def test_a_closed_one_follows_no_longer(session: Session) -> None:
    session.run("x = 1")
    p = made(session, "'{{ x }}'")
    p.close()
    session.run("x = 2")
    assert p.output == "1"
    p.source = "{{ x }} "
    assert p.output == "2 "


def test_without_the_extension_it_has_the_notebooks_variables_and_the_extension_takes_it_over(
    session: Session,
) -> None:
    kida_jupyter.unload_ipython_extension(session.shell)
    session.run("x = 1")
    p = made(session, "'{{ x }}'")
    session.run("x = 2")
    assert p.output == "2"
    kida_jupyter.load_ipython_extension(session.shell)
    assert session.notebook is p._notebook
    session.run("x = 3")
    assert p.output == "3"


def test_a_terminal_is_shown_text(session: Session) -> None:
    run = session.run("%kida play")
    assert "Playground of template.html" in run.text
    assert "<h1>Hello, world</h1>" in run.text


def test_play_opens_a_cell_a_file_or_all_cells(session: Session) -> None:
    session.run("%%kida --name a.txt --quiet\n{{ 6 * 7 }}")
    session.run("%%kida --name b.txt --quiet\nb")
    Path("folder").mkdir()
    Path("folder/c.txt").write_text("file {{ 1 }}")
    session.run("%kida path folder")
    assert "Playground of a.txt\n\n42" in session.run("%kida play a.txt").text
    assert "Playground of c.txt\n\nfile 1" in session.run("%kida play c.txt").text
    assert "Playground of a.txt\n\n42" in session.run("%kida play").text
    assert session.complaint("%kida play a.tx") == "%kida play: no template a.tx. Did you mean a.txt?"
