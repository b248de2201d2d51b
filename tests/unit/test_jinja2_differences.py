"""What docs/jinja2-differences.md says: each test renders with the installed Jinja2 and with Kida, and pins both answers."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jinja2
import pytest

import kida
from kida.errors import FilterArgumentError, MacroArgumentError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "jinja2-differences.md"
CASES = ROOT / "tests" / "language"
EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.loopcontrols")
NOTHING: Mapping[str, Any] = MappingProxyType({})

Answer = str | Exception
Answers = tuple[Answer, Answer]


def environments(templates: Mapping[str, str], *, is_async: bool = False, **options: Any) -> tuple[Any, Any]:
    """Jinja2's environment and Kida's, of the same options, with Kida's defaults where nothing is said."""
    options = {"undefined": "StrictUndefined", "autoescape": True, **options}
    undefined = options.pop("undefined")
    return (
        jinja2.Environment(
            loader=jinja2.DictLoader(dict(templates)),
            undefined=getattr(jinja2, undefined),
            enable_async=is_async,
            extensions=EXTENSIONS,
            **options,
        ),
        kida.Environment(
            loader=kida.DictLoader(dict(templates)), undefined=getattr(kida, undefined), **options
        ),
    )


def both(
    text: str,
    context: Mapping[str, Any] = NOTHING,
    *,
    templates: Mapping[str, str] = NOTHING,
    is_async: bool = False,
    **options: Any,
) -> Answers:
    """What Jinja2 and Kida answer: text, or the error that they raised."""

    def answer(environment: Any) -> Answer:
        try:
            template = environment.get_template("page.html")
            if is_async:
                return str(asyncio.run(template.render_async(dict(context))))
            return str(template.render(dict(context)))
        except Exception as error:
            return error

    jinja, ours = environments({**templates, "page.html": text}, is_async=is_async, **options)
    return answer(jinja), answer(ours)


def named(answers: Answers) -> tuple[str, str]:
    """The texts, and of errors the names of their classes."""
    jinja, ours = (answer if isinstance(answer, str) else type(answer).__name__ for answer in answers)
    return jinja, ours


# --- the page --------------------------------------------------------------------------------------------------------

ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not re.match(r"\|\s*(?:-|Jinja2\b.*\bKida\b.*\bTest\b)", line)
]


def names_of_tests() -> set[str]:
    return {
        name
        for name, function in vars(sys.modules[__name__]).items()
        if name.startswith("test_") and inspect.isfunction(function) and "_page" not in name
    }


def test_each_row_of_the_page_tells_both_sides_a_reason_and_a_test() -> None:
    assert len(ROWS) > 40
    for row in ROWS:
        assert len(row) == 4, row
        assert all(row), row


def test_every_test_that_the_page_names_is_there() -> None:
    for row in ROWS:
        tests = re.findall(r"`([^`]+)`", row[-1])
        assert tests, row
        for name in tests:
            assert (CASES / name).is_file() if name.endswith(".txt") else name in names_of_tests(), name


def test_the_page_names_every_test_of_this_file() -> None:
    assert names_of_tests() <= {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])}


def test_the_page_names_a_case_for_every_pair_of_errors() -> None:
    named_there = {name for row in ROWS for name in re.findall(r"`([^`]+\.txt)`", row[-1])}
    pairs: dict[tuple[str, str], set[str]] = {}
    for path in CASES.rglob("*.txt"):
        settings = path.read_text(encoding="utf-8").partition("\n--- ")[0]
        raised = dict(re.findall(r'"(jinja2|raises)": "(\w+)"', settings))
        if "jinja2" in raised and raised["jinja2"] != raised["raises"]:
            pair = (raised["jinja2"], raised["raises"])
            pairs.setdefault(pair, set()).add(path.relative_to(CASES).as_posix())
    assert {pair: names for pair, names in pairs.items() if not names & named_there} == {}


# --- defaults --------------------------------------------------------------------------------------------------------


def test_undefined_is_strict_by_default() -> None:
    assert jinja2.Environment().undefined is jinja2.Undefined
    assert kida.Environment().undefined is kida.StrictUndefined
    assert jinja2.Environment().from_string("[{{ nope }}]").render() == "[]"
    with pytest.raises(kida.UndefinedError):
        kida.Environment().from_string("[{{ nope }}]").render()


def test_output_is_escaped_by_default() -> None:
    assert jinja2.Environment().from_string("{{ '<' }}").render() == "<"
    assert kida.Environment().from_string("{{ '<' }}").render() == "&lt;"


@pytest.mark.parametrize("tag", ["{% do 1 %}", "{% for x in [1] %}{% break %}{% endfor %}", "{% debug %}"])
def test_do_break_continue_and_debug_need_no_extension(tag: str) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError, match="unknown tag"):
        jinja2.Environment().from_string(tag)
    kida.Environment().from_string(tag).render()
    kida.Environment(extensions=[*EXTENSIONS, "jinja2.ext.debug"])


def test_translation_needs_no_extension() -> None:
    with pytest.raises(jinja2.TemplateSyntaxError, match="unknown tag 'trans'"):
        jinja2.Environment().from_string("{% trans %}a{% endtrans %}")
    assert not hasattr(jinja2.Environment(), "install_null_translations")
    environment = kida.Environment(extensions=["jinja2.ext.i18n"])
    environment.install_null_translations()
    assert environment.render_string("{% trans %}a{% endtrans %}{{ _('b') }}") == "ab"
    assert both("{{ _ is defined }}") == ("False", "True")


def test_a_variable_that_no_message_has_does_no_harm() -> None:
    text = "{% trans n=2 %}100%{% endtrans %}"
    jinja = jinja2.Environment(extensions=["jinja2.ext.i18n"])
    jinja.install_null_translations()  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="incomplete format"):
        jinja.from_string(text).render()
    environment = kida.Environment()
    environment.install_null_translations()
    assert environment.render_string(text) == "100%"


def test_a_function_of_the_render_under_new_style_is_given_the_message_alone() -> None:
    text = "{% trans user='<' %}<b>{{ user }}{% endtrans %}"
    jinja = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    jinja.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="unexpected keyword argument 'user'"):
        jinja.from_string(text).render(gettext=lambda message: message)
    environment = kida.Environment()
    environment.install_null_translations(newstyle=True)
    assert environment.render_string(text, gettext=lambda message: message) == "<b>&lt;"


def test_translations_without_contexts_leave_pgettext_undefined() -> None:
    class Few:
        gettext = staticmethod(str)
        ngettext = staticmethod(lambda singular, plural, count: singular)

    text = "{% trans 'context' %}message{% endtrans %}"
    jinja = jinja2.Environment(extensions=["jinja2.ext.i18n"])
    jinja.install_gettext_translations(Few())  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        jinja.from_string(text).render()
    environment = kida.Environment()
    environment.install_gettext_translations(Few())
    with pytest.raises(kida.UndefinedError, match="'pgettext' is undefined"):
        environment.render_string(text)


def test_kida_has_more_filters() -> None:
    assert both("{{ 'slug' is filter }}") == ("False", "True")


def test_consume_is_a_global() -> None:
    assert both("{{ consume is defined }}") == ("False", "True")
    assert both("{{ consume }}", {"consume": "mine"}) == ("mine", "mine")


# --- expressions -----------------------------------------------------------------------------------------------------


def test_a_dot_finds_a_mappings_key_before_its_attribute() -> None:
    jinja, ours = both("{{ d.items }} {{ d.items()|length }}", {"d": {"items": 3}})
    assert isinstance(jinja, str)
    assert "built-in method items" in jinja
    assert jinja.endswith(" 1")
    assert ours == "3 1"


def test_a_mapping_that_makes_what_is_missing_is_asked_for_the_key_first_too() -> None:
    text = "{{ d.most_common is callable }} {{ d.most_common(1)[0][0] }} {{ d.other }}"
    assert both(text, {"d": Counter("aab")}) == ("True a 0", "False a 0")


@pytest.mark.parametrize(
    "text", ["{{ 1 if x is defined if x }}", "{{ (x is defined if x) }}", "{{ 'a' if x is odd if x }}"]
)
def test_if_may_follow_a_test(text: str) -> None:
    jinja, ours = both(text, {"x": 1})
    assert isinstance(jinja, jinja2.TemplateSyntaxError)
    assert ours in ("1", "True", "a")


def test_a_negative_base_is_raised_as_it_is_written() -> None:
    assert both("{{ (-2) ** 2 }} {{ (-x) ** 2 }} {{ (-2) ** x }}", {"x": 2}) == ("4 4 -4", "4 4 4")


def test_concatenation_of_constants_keeps_what_is_safe() -> None:
    assert both("{{ ('<b>'|safe) ~ '<i>' }}") == ("&lt;b&gt;&lt;i&gt;", "<b>&lt;i&gt;")
    assert both("{{ ('<b>'|safe) ~ x }}", {"x": "<i>"}) == ("<b>&lt;i&gt;", "<b>&lt;i&gt;")


def test_an_empty_subscript_is_a_syntax_error() -> None:
    assert named(both("{{ x[] }}", {"x": {(): 5}})) == ("5", "TemplateSyntaxError")


def test_an_unknown_escape_in_a_string_warns_of_nothing() -> None:
    def warned(environment: Any) -> bool:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert environment.from_string(r"{{ '\d' }}").render() == r"\d"
        return bool(caught)

    jinja, ours = environments({})
    assert warned(jinja)
    assert not warned(ours)


def test_await_with_parentheses_awaits() -> None:
    answers = both("{{ await (x) }}", {"await": str.upper, "x": "a"})
    assert named(answers) == ("A", "TemplateRuntimeError")
    assert both("{{ await }}", {"await": "a"}) == ("a", "a")


# --- output ----------------------------------------------------------------------------------------------------------


def test_finalize_meets_every_value_and_escaping_comes_after_it() -> None:
    def marked(value: object) -> str:
        return "-" if value is None else f"<{value}>"

    answers = both("{{ none }} {{ 1 }} {{ '&' }} {{ x }}", {"x": "&"}, finalize=marked)
    assert answers == (
        "<None> <1> <&amp;> &lt;&amp;&gt;",
        "- &lt;1&gt; &lt;&amp;&gt; &lt;&amp;&gt;",
    )
    jinja, ours = both("{{ none }} {{ 1 }} {{ '&' }} {{ x }}", {"x": "&"}, finalize=marked, autoescape=False)
    assert jinja == ours


CATCHERS = {
    "set": "{% set x %}[{% include 'part' without context %}]{% endset %}-{{ x }}",
    "macro": "{% macro m() %}[{% include 'part' without context %}]{% endmacro %}-{{ m() }}",
    "filter": "-{% filter upper %}[{% include 'part' without context %}]{% endfilter %}",
    "call": "{% macro m() %}-{{ caller() }}{% endmacro %}{% call m() %}[{% include 'part' without context %}]{% endcall %}",
    "recursive loop": "-{% for x in [1] recursive %}[{% include 'part' without context %}]{% endfor %}",
}


@pytest.mark.parametrize("catcher", CATCHERS)
def test_an_include_without_context_writes_where_it_stands(catcher: str) -> None:
    jinja, ours = both(CATCHERS[catcher], templates={"part": "P"})
    assert ours == "-[P]"
    assert jinja != "-[P]"
    assert both(CATCHERS[catcher], templates={"part": "P"}, is_async=True) == ("-[P]", "-[P]")


# --- imports, includes, inheritance ----------------------------------------------------------------------------------


def test_a_missing_name_is_an_error_at_its_import() -> None:
    jinja, ours = both("{% from 'l' import nope %}x", templates={"l": ""})
    assert jinja == "x"
    assert isinstance(ours, kida.TemplateRuntimeError)
    assert ours.code is kida.ErrorCode.MACRO_NOT_FOUND


def test_an_imported_module_is_made_anew_for_each_render() -> None:
    counter = "{% set ns = namespace(n=0) %}{% macro up() %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{% endmacro %}"
    page = "{% import 'counter' as c %}{{ c.up() }}{{ c.up() }}"
    jinja, ours = (env.get_template("page") for env in environments({"counter": counter, "page": page}))
    assert [jinja.render(), jinja.render()] == ["12", "34"]
    assert [ours.render(), ours.render()] == ["12", "12"]


# --- wrong arguments -------------------------------------------------------------------------------------------------

MACRO = "{% macro m(a) %}{{ a }}{% endmacro %}"


@pytest.mark.parametrize(
    ("text", "jinja_raises", "kida_raises"),
    [
        (MACRO + "{{ m(1, 2) }}", TypeError, MacroArgumentError),
        (MACRO + "{{ m(b=2) }}", TypeError, MacroArgumentError),
        (MACRO + "{{ m(1, a=2) }}", TypeError, MacroArgumentError),
        (MACRO + "{% call m(1) %}{% endcall %}", TypeError, MacroArgumentError),
        ("{{ 'a'|upper(1) }}", TypeError, FilterArgumentError),
        ("{{ 'a'|replace('a') }}", TypeError, FilterArgumentError),
        ("{{ 'a'|truncate(lenght=3) }}", TypeError, FilterArgumentError),
        ("{{ 1 is divisibleby }}", TypeError, FilterArgumentError),
        ("{{ 'abcdefgh'|truncate(1) }}", AssertionError, FilterArgumentError),
    ],
)
def test_wrong_arguments_are_an_error_of_the_engine_and_a_type_error(
    text: str, jinja_raises: type[Exception], kida_raises: type[Exception]
) -> None:
    jinja, ours = both(text)
    assert type(jinja) is jinja_raises
    assert type(ours) is kida_raises
    assert isinstance(ours, kida.TemplateRuntimeError)
    assert isinstance(ours, TypeError)


def test_one_parameter_by_position_and_by_name_is_an_error_beside_kwargs_too() -> None:
    answers = both("{% macro m(a) %}{{ a }} {{ kwargs.a }}{% endmacro %}{{ m(1, a=2) }}")
    assert named(answers) == ("1 2", "MacroArgumentError")


@pytest.mark.parametrize(
    "text",
    [
        "{{ f(a=1, a=2) }}",
        "{% macro m(a, a) %}{% endmacro %}",
        MACRO + "{% call(b, b) m(1) %}{% endcall %}",
    ],
)
def test_a_keyword_or_parameter_twice_is_a_syntax_error_of_the_template(text: str) -> None:
    jinja, ours = both(text, {"f": dict})
    assert type(jinja) is SyntaxError
    assert type(ours) is kida.TemplateSyntaxError


def test_a_keyword_twice_among_constants_is_a_syntax_error_too() -> None:
    answers = both("{{ 'a'|default(default_value='b', default_value='c') }}")
    assert named(answers) == ("a", "TemplateSyntaxError")


def test_an_unknown_filter_in_a_branch_is_named_whatever_its_arguments() -> None:
    text = "{% if n | uper(first=true) %}1{% endif %}"
    jinja, ours = both(text, {"n": "a"})
    assert type(jinja) is TypeError
    assert isinstance(ours, kida.TemplateRuntimeError)
    assert ours.message == "there is no filter named 'uper'"
    assert ours.suggestion == "upper"
    assert named(both(text.replace("(first=true)", ""), {"n": "a"})) == ("TemplateRuntimeError",) * 2
    assert both("{% if false %}{{ n | uper(first=true) }}{% endif %}", {"n": "a"}) == ("", "")


def test_an_undefined_constant_fails_only_where_it_is_reached() -> None:
    reached = "{{ 'abc'[7] and x }}"
    assert named(both(reached, {"x": 1})) == ("UndefinedError", "UndefinedError")
    assert named(both("{% if false %}" + reached + "{% endif %}", {"x": 1})) == ("UndefinedError", "")
    assert both("{% if false %}{{ word[7] and x }}{% endif %}", {"word": "abc", "x": 1}) == ("", "")


def test_a_callable_that_raises_stop_iteration_is_not_undefined() -> None:
    def stops() -> None:
        raise StopIteration

    assert named(both("[{{ f() }}]", {"f": stops}, undefined="Undefined")) == ("[]", "StopIteration")
    answers = both("[{{ f() }}]", {"f": stops}, undefined="Undefined", is_async=True)
    assert named(answers) == ("[]", "RuntimeError")


def test_calling_a_loop_that_is_not_recursive_is_an_error_of_the_engine() -> None:
    jinja, ours = both("{% for x in [1] %}{{ loop([1]) }}{% endfor %}")
    assert type(jinja) is TypeError
    assert isinstance(ours, kida.TemplateRuntimeError)
    assert isinstance(ours, TypeError)
    assert str(jinja) == str(ours)


def test_indent_of_a_list_is_a_type_error() -> None:
    assert named(both("{{ [1]|indent }}")) == ("AttributeError", "TypeError")
    assert named(both("{{ 1|indent }}")) == ("TypeError", "TypeError")


def test_a_block_set_finds_names_in_its_filters_arguments() -> None:
    jinja, ours = both("{% set x | replace('a', y) %}abc{% endset %}{{ x }}", {"y": 1})
    assert type(jinja) is AssertionError
    assert ours == "1bc"


# --- async -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{% for x in nope %}{% endfor %}",
        "{{ nope|join }}",
        "{{ nope|list }}",
        "{{ nope|sum }}",
        "{{ nope|groupby('a') }}",
        "{{ nope|unique|list }}",
    ],
)
def test_a_strict_undefined_value_refuses_asynchronous_iteration(text: str) -> None:
    jinja, ours = both(text, is_async=True)
    assert isinstance(jinja, str)
    assert isinstance(ours, kida.UndefinedError)
    assert named(both(text)) == ("UndefinedError", "UndefinedError")


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_an_asynchronous_loop_has_a_plain_repr() -> None:
    jinja, ours = both("{% for x in [1] %}{{ loop }}{% endfor %}", is_async=True, autoescape=False)
    assert isinstance(jinja, str)
    assert "coroutine object" in jinja
    assert ours == "<AsyncLoopContext 1/…>"


def test_an_asynchronous_sum_is_the_plain_one() -> None:
    text = "{% set s = [] %}{{ [[1], [2]]|sum(start=s) }} {{ s }}"
    assert both(text) == ("[1, 2] []", "[1, 2] []")
    assert both(text, is_async=True) == ("[1, 2] [1, 2]", "[1, 2] []")
    texts = "{{ ['a', 'b']|sum(start='') }}"
    assert named(both(texts)) == ("TypeError", "TypeError")
    assert named(both(texts, is_async=True)) == ("ab", "TypeError")


def test_what_map_gives_goes_through_any_filter_in_async_too() -> None:
    sort, reverse = "{{ ['b', 'a']|map('upper')|sort|join }}", "{{ 'ab'|list|map('upper')|reverse|join }}"
    assert named(both(sort, is_async=True)) == ("TypeError", "AB")
    assert named(both(reverse, is_async=True)) == ("FilterArgumentError", "BA")
    assert both(sort) == ("AB", "AB")


def test_every_environment_renders_in_both_ways() -> None:
    async def later() -> str:
        return "x"

    plain = jinja2.Environment()
    with pytest.raises(RuntimeError, match="not created with async mode"):
        asyncio.run(plain.from_string("").render_async())
    with pytest.raises(TypeError, match="enable_async"):
        kida.Environment(enable_async=True)
    template = kida.Environment().from_string("{{ f() }}")
    assert asyncio.run(template.render_async(f=later)) == "x"
    assert template.render(f=lambda: "x") == "x"


# --- limits ----------------------------------------------------------------------------------------------------------


def test_nesting_too_deep_is_a_syntax_error_of_the_template() -> None:
    jinja, ours = both("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}")
    assert type(jinja) is RecursionError
    assert type(ours) is kida.TemplateSyntaxError


ENDLESS: Mapping[str, Callable[[], Answers]] = MappingProxyType(
    {
        "macro": lambda: both("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
        "recursive loop": lambda: both("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"),
        "include": lambda: both("{% include 'page.html' %}"),
        "import": lambda: both("{% import 'page.html' as me %}"),
        "extends": lambda: both("{% extends 'p' %}", templates={"p": "{% extends 'page.html' %}"}),
    }
)


@pytest.mark.parametrize("what", ENDLESS)
def test_endless_recursion_is_an_error_of_the_engine(what: str) -> None:
    jinja, ours = ENDLESS[what]()
    assert type(jinja) is RecursionError
    assert type(ours) is kida.TemplateRuntimeError


def test_the_depths_of_includes_and_of_macros_are_options() -> None:
    countdown = "{{ n }}{% if n %}{% with n = n - 1 %}{% include 'page.html' %}{% endwith %}{% endif %}"
    jinja, ours = both(countdown, {"n": 60})
    assert isinstance(jinja, str)
    assert isinstance(ours, kida.TemplateRuntimeError)
    deep = kida.Environment(loader=kida.DictLoader({"page.html": countdown}), max_include_depth=70)
    assert deep.get_template("page.html").render(n=60) == jinja
    assert kida.Environment().max_include_depth == 50
    assert kida.Environment().max_recursion == 250


# --- names, messages, Python -----------------------------------------------------------------------------------------


def test_names_may_be_relative_to_their_template(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page.html").write_text("{% include './part.html' %}")
    (tmp_path / "pages" / "part.html").write_text("near")
    (tmp_path / "part.html").write_text("at the top")
    theirs = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path)).get_template("pages/page.html")
    ours = kida.Environment(loader=kida.FileSystemLoader(tmp_path)).get_template("pages/page.html")
    assert (theirs.render(), ours.render()) == ("at the top", "near")
    (tmp_path / "pages" / "page.html").write_text("{% include '../part.html' %}")
    theirs = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path)).get_template("pages/page.html")
    with pytest.raises(jinja2.TemplateNotFound):
        theirs.render()
    fresh = kida.Environment(loader=kida.FileSystemLoader(tmp_path))
    assert fresh.get_template("pages/page.html").render() == "at the top"


def test_a_stream_comes_in_larger_pieces() -> None:
    text, context = "a{{ x }}b{% for i in [1, 2] %}{{ i }}{% endfor %}{{ f() }}c", {"x": 0, "f": lambda: 3}
    jinja, ours = environments({"page.html": text})
    assert list(jinja.get_template("page.html").generate(context)) == ["a", "0", "b", "1", "2", "3", "c"]
    assert list(ours.get_template("page.html").generate(context)) == ["a0b12", "3c"]


def test_the_message_of_an_undefined_error_may_suggest_a_name() -> None:
    for text, context, near in (
        ("{{ usr }}", {"user": 1}, "user"),
        ("{{ user.nam }}", {"user": {"name": 1}}, "name"),
    ):
        jinja, ours = both(text, context)
        assert str(ours) == f"{jinja}. Did you mean '{near}'?"
    jinja, ours = both("{{ x }}", {"user": 1})
    assert str(jinja) == str(ours)


@pytest.mark.parametrize("text", ["{% if %}", "{{ 1 + ", "{% for %}", "{{ 1|nope }}", "{% nope %}"])
def test_messages_of_syntax_errors_are_kidas_own(text: str) -> None:
    jinja, ours = both(text)
    assert isinstance(jinja, jinja2.TemplateSyntaxError)
    assert type(ours) is kida.TemplateSyntaxError
    assert ours.code is not None
    assert str(jinja) not in str(ours)


def test_a_template_keeps_the_prefix_in_its_name() -> None:
    jinja, ours = (
        engine.Environment(loader=engine.PrefixLoader({"blog": engine.DictLoader({"a": ""})}))
        for engine in (jinja2, kida)
    )
    assert jinja.get_template("blog/a").name == "a"
    assert ours.get_template("blog/a").name == "blog/a"


def test_a_missing_template_is_no_os_error() -> None:
    jinja, ours = both("{% include 'nope' %}")
    assert isinstance(jinja, OSError)
    assert isinstance(jinja, LookupError)
    assert isinstance(ours, kida.TemplateNotFoundError)
    assert isinstance(ours, LookupError)
    assert not isinstance(ours, OSError)
    assert kida.TemplateNotFound is kida.TemplateNotFoundError


def test_what_prints_a_class_of_the_engine_names_kidas() -> None:
    text = "{% import 'l' as l %}{{ l.gone }}"
    jinja, ours = both(text, templates={"l": ""}, undefined="DebugUndefined", autoescape=False)
    assert jinja == "{{ no such element: jinja2.environment.TemplateModule object['gone'] }}"
    assert ours == "{{ no such element: kida.template.module.TemplateModule object['gone'] }}"


def test_an_environment_is_frozen() -> None:
    plain = jinja2.Environment()
    plain.autoescape = True
    ours = kida.Environment()
    with pytest.raises(AttributeError, match="frozen"):
        ours.autoescape = False
    assert ours.replace(autoescape=False).from_string("{{ '<' }}").render() == "<"
    assert ours.autoescape is True
    ours.add_filter("twice", lambda text: text * 2)
    assert ours.from_string("{{ 'a'|twice }}").render() == "aa"


def test_a_raw_block_that_nothing_follows_is_unclosed_too() -> None:
    assert named(both("a{% raw %}")) == ("a", "TemplateSyntaxError")
    assert named(both("a{% raw %}b")) == ("TemplateSyntaxError", "TemplateSyntaxError")


def test_break_outside_of_a_loop_is_a_syntax_error_of_the_template() -> None:
    for text in ("{% break %}", "{% for x in [1] %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}"):
        assert named(both(text)) == ("SyntaxError", "TemplateSyntaxError")


def test_loops_nest_deeper_than_python_allows_in_a_function() -> None:
    text = "{% for x in [1] %}" * 25 + "x" + "{% endfor %}" * 25
    assert named(both(text)) == ("SyntaxError", "x")


def test_a_number_of_too_many_digits_is_a_syntax_error_of_the_template() -> None:
    assert named(both("{{ " + "1" * 5000 + " }}")) == ("ValueError", "TemplateSyntaxError")
