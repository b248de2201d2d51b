"""Characters that Python's compiler, its file system or its encoders refuse: anywhere in a template, in its name, in its variables."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

import kida
from tests.bad_input.outcome import (
    assert_can_be_drawn,
    assert_renders,
    assert_tells_its_place,
    compiled,
    guarded,
)

NUL = "\x00"
LONE = "\ud800"
LONE_LOW = "\udfff"
ODD = (
    NUL, LONE, LONE_LOW, "\udfff\ud800", "\x01", "\x0b", "\x0c", "\x1a", "\x1b[31m", "\x1c", "\x7f", "\x85", "\u2028", "\u2029",
    "\ufeff", "\ufffe", "\u202e", "\u200b", "\u0301", "🦜", "\U0010ffff", "ﬁ", "İ", "ß",
)  # fmt: skip


def _id(value: str) -> str:
    return value.encode("ascii", "backslashreplace").decode()[:30] or "empty"


@pytest.mark.parametrize("odd", ODD, ids=_id)
def test_odd_characters_in_text_strings_and_comments_come_out_as_they_went_in(odd: str) -> None:
    env = kida.Environment(autoescape=False)
    assert_renders(env, f"a{odd}b", f"a{odd}b")
    assert_renders(env, f"{{{{ 'a{odd}b' }}}}", f"a{odd}b")
    assert_renders(env, f"{{# {odd} #}}{{{{ x['{odd}'] }}}}", "1", x={odd: 1})
    assert_renders(
        env,
        f"{odd}\n{{% raw %}}{odd}{{% endraw %}}{{% if '{odd}' == x %}}y{{% endif %}}",
        f"{odd}\n{odd}y",
        x=odd,
    )
    assert_renders(
        env,
        f"{{% macro m(a='{odd}') %}}{{{{ a }}}}{{% endmacro %}}{{{{ m() }}}}{{{{ x|default('{odd}') }}}}",
        odd * 2,
        x=odd,
    )
    assert_renders(
        env, f"{{% match x %}}{{% case {{'{odd}': y}} %}}{{{{ y }}}}{{% end %}}", odd, x={odd: odd}
    )


@pytest.mark.parametrize("odd", ODD, ids=_id)
@pytest.mark.parametrize(
    "text",
    [
        "{{ * }}", "{{ a* }}", "{{ *a }}", "{{ a*b }}", "{{ a.* }}", "{{ a|* }}", "{{ f(*=1) }}", "{% * %}", "{% if* a %}{% endif %}",
        "{% set * = 1 %}", "{% macro *() %}{% endmacro %}", "{% macro m(*) %}{% endmacro %}", "{% block * %}{% endblock %}",
        "{% for * in a %}{% endfor %}", "{% raw *%}{% endraw %}", "{{ a }*}", "{*{ a }}", "{{ 1* }}", "{{ '\\*' }}", "{% import 'a' as * %}",
        "{% match a %}{% case * %}{% end %}", "{% def f(a: *) %}{% end %}", "{% end * %}", "{{ '*", "{# *", "{% block a %}{% endblock * %}",
    ],
)  # fmt: skip
def test_odd_characters_between_words_are_a_template_or_an_error_with_a_place(text: str, odd: str) -> None:
    with guarded():
        compiled(kida.Environment(), text.replace("*", odd))


@pytest.mark.parametrize("odd", ODD, ids=_id)
def test_an_error_behind_odd_characters_has_its_place_and_its_line(odd: str) -> None:
    with guarded(), pytest.raises(ZeroDivisionError) as caught:
        kida.Environment().from_string(f"x\n{odd}{{{{ '{odd}' }}}}{{{{ 1 // 0 }}}}{odd}").render()
    frame = kida.trace_of(caught.value).frames[-1]
    before = f"{odd}{{{{ '{odd}' }}}}{{{{ "
    assert (frame.line, frame.column, frame.end_column) == (2, len(before), len(before) + len("1 // 0"))
    drawn = "".join(traceback.format_exception(caught.value))
    drawn.encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("odd", ODD, ids=_id)
def test_an_undefined_error_behind_odd_characters_can_be_drawn(odd: str) -> None:
    text = f"{odd}{{{{ x['{odd}'] }}}}"
    with guarded(), pytest.raises(kida.UndefinedError) as caught:
        kida.Environment().from_string(text).render(x={})
    assert_tells_its_place(caught.value, text)
    traceback.format_exception(caught.value)


NAMES = (
    NUL, LONE, "a\x00b.html", "\ud800.html", "<string>", "<stdin>", "<x>", "<>", "", " ", "\n", "a\nb", "\\", "/", ".", "..", "'", '"', "é.html",
    "🦜", "%s", "{}", "{{ x }}", "n" * 300, "n" * 100_000, "/etc/passwd", "/dev/null", "setup.py", "pyproject.toml", "kida/__init__.py",
    "os", "json", "__main__", "con", "\u202e", "\x1b[31m",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=_id)
def test_any_name_of_a_template_will_do(name: str) -> None:
    env = kida.Environment(kida.DictLoader({name: "1\n{{ x }}", "other": "{% include name %}"}))
    with guarded():
        assert env.get_template(name).render(x=1) == "1\n1"
        assert env.get_template("other").render(x=2, name=name) == "1\n2"
        assert env.from_string("{{ x }}", name=name).render(x=3) == "3"


@pytest.mark.parametrize("name", NAMES, ids=_id)
def test_an_error_in_a_template_of_any_name_shows_the_templates_line(name: str) -> None:
    texts = {name: "1\n{{ 'the line' + x }}"}
    env = kida.Environment(kida.DictLoader(texts))
    for made in (env.get_template(name), env.from_string(texts[name], name=name)):
        with guarded(), pytest.raises(TypeError) as caught:
            made.render(x=1)
        frame = kida.trace_of(caught.value).frames[-1]
        assert (frame.template or "", frame.line, frame.source_line) == (name, 2, "{{ 'the line' + x }}")
        drawn = "".join(traceback.format_exception(caught.value))
        assert "{{ 'the line' + x }}" in drawn
        with pytest.raises(kida.UndefinedError) as undefined:
            made.render()
        assert undefined.value.template == name or not name
        assert_can_be_drawn(undefined.value)


@pytest.mark.parametrize("name", NAMES, ids=_id)
def test_a_mistake_in_a_template_of_any_name_can_be_drawn(name: str) -> None:
    text = "1\n{{ 1 + }}"
    env = kida.Environment(kida.DictLoader({name: text}))
    with guarded(), pytest.raises(kida.TemplateSyntaxError) as caught:
        env.get_template(name)
    assert_tells_its_place(caught.value, text)


@pytest.mark.parametrize("name", NAMES, ids=_id)
@pytest.mark.parametrize("kind", ["dict", "files", "function", "choice", "prefix"])
def test_a_name_that_there_is_no_template_of_is_not_found(kind: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ 1 }}")
    loaders: dict[str, kida.Loader] = {
        "dict": kida.DictLoader({"page.html": ""}),
        "files": kida.FileSystemLoader(tmp_path),
        "function": kida.FunctionLoader(lambda name: None),
        "choice": kida.ChoiceLoader([kida.DictLoader({}), kida.FileSystemLoader(tmp_path)]),
        "prefix": kida.PrefixLoader({"app": kida.FileSystemLoader(tmp_path)}),
    }
    env = kida.Environment(loaders[kind])
    with guarded():
        with pytest.raises(kida.TemplateNotFoundError) as caught:
            env.get_template(name)
        assert_can_be_drawn(caught.value)
        with pytest.raises(kida.TemplateNotFoundError) as included:
            env.from_string("a\n{% include name %}").render(name=name)
        assert included.value.lineno == 2
        assert_can_be_drawn(included.value)
        assert env.from_string("{% include name ignore missing %}").render(name=name) == ""


def test_a_file_that_is_no_text_is_an_error_and_no_bare_one(tmp_path: Path) -> None:
    (tmp_path / "latin.html").write_bytes(b"caf\xe9")
    (tmp_path / "folder.html").mkdir()
    env = kida.Environment(kida.FileSystemLoader(tmp_path))
    for name in ("latin.html", "folder.html"):
        with guarded(), pytest.raises(kida.TemplateError) as caught:
            env.get_template(name)
        assert_can_be_drawn(caught.value)


@pytest.mark.parametrize("odd", ODD, ids=_id)
def test_odd_characters_in_values_come_out_escaped_and_whole(odd: str) -> None:
    assert_renders(
        kida.Environment(),
        "{{ x }}{{ x|upper|lower }}{{ y.x }}",
        f"&lt;{odd}" + f"&lt;{odd}".upper().lower() + f"&lt;{odd}",
        x=f"<{odd}",
        y={"x": f"<{odd}"},
    )


@pytest.mark.parametrize("odd", ODD, ids=_id)
def test_odd_keys_of_a_context_do_no_harm(odd: str) -> None:
    env = kida.Environment(kida.DictLoader({"i": "{{ x }}"}))
    with guarded():
        context = {
            odd: 1,
            "x": 2,
            "not a name": 3,
            "": 4,
            "class": 5,
            ".ctx": 6,
            ".write": 7,
            "x.1": 8,
            "block b": 9,
            "template": 10,
        }
        text = "{{ x }}{% include 'i' %}{% set x = 3 %}{{ x }}{% block b %}{{ x }}{% endblock %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}"
        assert env.from_string(text).render(context) == "22333"


def test_keys_of_a_context_that_are_no_strings_do_no_harm() -> None:
    with guarded():
        assert (
            kida.Environment()
            .from_string("{{ x }}{% set y = 1 %}{{ y }}")
            .render({1: 2, None: 3, (): 4, "x": 5})
            == "51"
        )


@pytest.mark.parametrize("odd", ODD, ids=_id)
def test_an_error_that_quotes_a_value_with_odd_characters_can_be_drawn(odd: str) -> None:
    quoting = type("Quoting", (), {"__repr__": lambda self: odd, "__str__": lambda self: odd})()
    env = kida.Environment(kida.DictLoader({}))
    for text in ("{% import v as m %}", "{{ {}[v] }}", "{{ v.nope }}", "{% extends v %}"):
        with guarded(), pytest.raises(kida.TemplateError) as caught:
            env.from_string(text).render(v=quoting)
        assert_tells_its_place(caught.value, text)
