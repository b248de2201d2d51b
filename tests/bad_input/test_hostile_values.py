"""Rendering with values that raise or lie: what comes out is text, what the value raised, or a TemplateError.

A value that lies (a ``__len__`` below zero, a ``__str__`` that gives no text) makes Python itself raise; such errors
may leave too, but none that would come from the engine's own tripping over the value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kida
from kida.filters import FILTERS
from kida.render_context import get_render_context
from kida.tests import TESTS
from tests.bad_input.outcome import assert_can_be_drawn, guarded, renderings

pytestmark = pytest.mark.filterwarnings("ignore")

EXAMPLES_ASKED_FOR = os.environ.get("KIDA_FUZZ_EXAMPLES")
CI_EXAMPLES = 300


class Sabotage(Exception):
    """Raised by hostile values."""


class SabotagedAttribute(Sabotage, AttributeError):
    pass


class SabotagedLookup(Sabotage, KeyError, IndexError):
    pass


class SabotagedType(Sabotage, TypeError):
    pass


class SabotagedValue(Sabotage, ValueError):
    pass


class SabotagedEnd(Sabotage, StopIteration):
    pass


class SabotagedRecursion(Sabotage, RecursionError):
    pass


class SabotagedUndefined(Sabotage, kida.UndefinedError):
    pass


class Interruption(BaseException):
    """Like ``KeyboardInterrupt``: passes through everything."""


RAISED = (
    Sabotage, SabotagedAttribute, SabotagedLookup, SabotagedType, SabotagedValue, SabotagedEnd, SabotagedRecursion, SabotagedUndefined, Interruption,
)  # fmt: skip
SPECIAL = (
    "__str__", "__repr__", "__html__", "__format__", "__html_format__", "__iter__", "__next__", "__aiter__", "__anext__", "__await__", "__len__", "__length_hint__",
    "__bool__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__getattr__", "__getattribute__", "__getitem__",
    "__contains__", "__call__", "__add__", "__radd__", "__mul__", "__rmul__", "__mod__", "__rmod__", "__neg__", "__int__", "__float__", "__index__",
    "__abs__", "__round__", "__reversed__", "__dir__", "__class__", "__missing__", "keys", "items",
)  # fmt: skip
LIES: tuple[Any, ...] = (
    None,
    1,
    -1,
    "",
    "text",
    b"bytes",
    [],
    (),
    {},
    NotImplemented,
    object(),
    1e400,
    10**5000,
    iter(()),
    "\ud800",
    int,
    True,
)

Value = Callable[[], Any]


def _raising(kind: type[BaseException], name: str) -> Callable[..., Any]:
    def special(*args: Any, **kwargs: Any) -> Any:
        raise kind(name)

    return special


def _lying(answer: Any) -> Callable[..., Any]:
    def special(*args: Any, **kwargs: Any) -> Any:
        return answer

    return special


def hostile(specials: dict[str, Callable[..., Any]], base: type = object) -> Value:
    """A value with these special methods."""
    members: dict[str, Any] = dict(specials)
    if "__class__" in members:
        members["__class__"] = property(members["__class__"])
    return type("Hostile", (base,), members)


@st.composite
def hostile_values(draw: st.DrawFn) -> Value:
    """A value of which some special methods, or all, raise or lie; or one that holds itself."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(RECURSIVE))
    kinds = st.sampled_from(RAISED)
    specials: dict[str, Callable[..., Any]] = {}
    if draw(st.booleans()):
        kind = draw(kinds)
        # not __getattribute__ and __class__, so that other methods have a turn
        specials = {
            name: _raising(kind, name) for name in SPECIAL if name not in ("__getattribute__", "__class__")
        }
        for name in draw(st.lists(st.sampled_from(SPECIAL), max_size=30)):
            specials.pop(name, None)
    for name in draw(st.lists(st.sampled_from(SPECIAL), max_size=5, unique=True)):
        if draw(st.booleans()):
            specials[name] = _raising(draw(kinds), name)
        else:
            specials[name] = _lying(draw(st.sampled_from(LIES)))
    return hostile(specials, draw(st.sampled_from((object, object, object, str, int, list, dict, tuple))))


def _list_in_itself() -> Any:
    made: list[Any] = [1, "<"]
    made.append(made)
    return made


def _dict_in_itself() -> Any:
    made: dict[Any, Any] = {"a": 1}
    made["b"] = made
    return made


def _object_in_itself() -> Any:
    class Node:
        def __init__(self) -> None:
            self.a = self
            self.b = [self]

        def __iter__(self) -> Iterator[Any]:
            return iter([self])

        def __getitem__(self, key: object) -> Any:
            return self

        def __call__(self, *args: object, **kwargs: object) -> Any:
            return self

    return Node()


def _endless_text() -> Any:
    class Text:
        def __str__(self) -> str:
            return str(self)

        def __html__(self) -> str:
            return self.__html__()

    return Text()


def _deep_list() -> Any:
    made: list[Any] = []
    for _ in range(3000):
        made = [made]
    return made


RECURSIVE: tuple[Value, ...] = (
    _list_in_itself,
    _dict_in_itself,
    _object_in_itself,
    _endless_text,
    _deep_list,
)

WAYS = (
    "{{ v }}", "{{ v.a }}", "{{ v.a.b() }}", "{{ v['a'] }}", "{{ v[0] }}", "{{ v[1:2] }}", "{{ v() }}", "{{ v(1, *v) }}", "{{ v(**v) }}", "{{ f(*v, **w) }}",
    "{{ v ~ w }}", "{{ v + w }}", "{{ 1 + v }}", "{{ '%s' % v }}", "{{ v * 2 }}", "{{ -v }}", "{{ v == w }}", "{{ v < 1 < w }}", "{{ 1 in v }}", "{{ v in w }}",
    "{{ v in [w] }}", "{{ not v }}", "{{ v and w }}", "{{ v or 1 }}", "{{ 1 if v }}", "{{ v ?? w }}", "{{ v?.a?.b }}", "{{ v?['a'] }}", "{{ v ?| upper }}",
    "{{ v.items() }}", "{{ v.__class__ }}", "{{ [v, w] }}", "{{ {v: w} }}", "{{ {x for x in v} }}", "{{ (v,)|join(w) }}", "{{ [x for x in v if x] }}", "{{ {x: y for x, y in v} }}",
    "{% if v %}1{% elif w %}2{% else %}3{% endif %}", "{% for x in v %}{{ x }}{{ loop.index }}{% if loop.index > 5 %}{% break %}{% endif %}{% else %}e{% endfor %}",
    "{% for x in v recursive %}{{ loop.length }}{{ loop.last }}{% if loop.depth < 4 %}{{ loop(x) }}{% endif %}{% if loop.index > 5 %}{% break %}{% endif %}{% endfor %}",
    "{% for x, y in v %}{{ x }}{% endfor %}", "{% for x in [v, w, v] %}{{ loop.changed(x) }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle(v, w) }}{% endfor %}",
    "{% for x in [1, 2] if v %}{{ x }}{% endfor %}", "{% set x = v %}{{ x }}", "{% set x, y = v %}", "{% set x %}{{ v }}{% endset %}{{ x }}", "{% set ns = namespace(v) %}",
    "{% set ns = namespace(a=v) %}{% set ns.b = ns.a %}{{ ns.b }}{{ ns }}", "{% set v.a = 1 %}", "{% with x = v %}{{ x }}{% endwith %}", "{% do v.append(1) %}",
    "{% macro m(a, b=v) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(v, w, v, k=w) }}{{ m(*v) }}", "{% call v() %}x{% endcall %}",
    "{% macro m() %}{{ caller(v) }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}", "{% filter replace(v, w) %}a{% endfilter %}", "{% include v %}",
    "{% include v ignore missing %}", "{% include [v, w] %}", "{% import v as m %}{{ m }}", "{% from v import m %}", "{% extends v %}", "{% extends 'base' %}{% block b %}{{ super() }}{{ v }}{% endblock %}",
    "{% include 'included' %}", "{% import 'library' as l with context %}{{ l.m(v) }}", "{% from 'library' import m %}{{ m(v) }}", "{% autoescape v %}{{ w }}{% endautoescape %}",
    "{% autoescape false %}{{ v }}{% endautoescape %}", "{% let n = 0 %}{% while v %}{% let n = n + 1 %}{% if n > 3 %}{% break %}{% end %}{% end %}",
    "{% match v %}{% case 1 | 'a' %}1{% case [x, *y] %}{{ x }}{% case {'a': x, **y} %}{{ y }}{% case none %}n{% case x if x %}{{ x }}{% end %}",
    "{% try %}{{ v }}{{ v.a }}{{ v() }}{% fallback e %}{{ e }}{{ w }}{% end %}", "{% try %}{{ v }}{% fallback %}x{% end %}", "{% unless v %}{{ w }}{% end %}", "{% export x ??= v %}{{ x }}",
    "{{ v is sameas w }}{{ v is in w }}{{ v is eq w }}{{ v is divisibleby w }}", "{{ dict(v) }}", "{{ range(v)|first }}", "{{ cycler(v, w).next() }}", "{{ joiner(v)() }}", "{{ lipsum(v) }}",
    "{{ v|map('upper')|list }}", "{{ v|map(attribute='a')|list }}", "{{ v|map(w)|list }}", "{{ v|select(w)|list }}", "{{ v|attr(w) }}", "{{ w|attr('a') }}", "{{ [v, w]|sort(attribute='a') }}",
    "{{ [v, w]|groupby('a') }}", "{{ [v, w]|unique|list }}", "{{ [v, w]|sum }}", "{{ [v, w]|max }}", "{{ [v, w]|join(attribute='a') }}", "{{ 'a'|replace('a', v) }}", "{{ {'a': v}|xmlattr }}",
    "{{ {v: 1}|urlencode }}", "{{ '%s %r'|format(v, w) }}", "{{ {'v': v}|tojson }}", "{{ [v]|pprint }}", "{{ 1|default(v) }}", "{{ nope|default(v, w) }}", "{% debug %}", "{{ v.nope.nope }}", "{{ v | nope2 if false else v }}",
)  # fmt: skip

ENVIRONMENTS = tuple(
    kida.Environment(
        kida.DictLoader(
            {
                "base": "{% block b %}{{ v }}{% endblock %}{{ self.b() }}",
                "included": "{{ v }}{{ w }}",
                "library": "{% macro m(x) %}{{ x }}{% endmacro %}",
            }
        ),
        undefined=undefined,
        autoescape=autoescape,
        globals={"f": lambda *args, **kwargs: args},
        finalize=(lambda value: value) if finalize else None,
    )
    for undefined, autoescape, finalize in (
        (kida.StrictUndefined, True, False),
        (kida.Undefined, False, False),
        (kida.ChainableUndefined, True, True),
        (kida.DebugUndefined, True, False),
    )
)

PYTHONS_OWN = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What Python raises of values that lie."""


def _is_permitted(error: BaseException) -> bool:
    if isinstance(error, (Sabotage, Interruption, kida.TemplateError)):
        return True
    if isinstance(error.__cause__, (Sabotage, Interruption)) or isinstance(
        error.__context__, (Sabotage, Interruption)
    ):
        return True  # Python's own wrapping, as of a StopIteration in a generator
    return isinstance(error, PYTHONS_OWN) and not isinstance(error, UnboundLocalError)


def _check(env: kida.Environment, text: str, v: Value, w: Value) -> None:
    with guarded():
        template = env.from_string(text)
        for name, render in renderings(template).items():
            try:
                written = render(template, {"v": v(), "w": w()})
            except BaseException as error:
                if not _is_permitted(error):
                    raise AssertionError(f"{text} by {name}") from error
                assert_explained(error)
            else:
                assert isinstance(written, str)
            assert get_render_context() is None, name


def assert_explained(error: BaseException) -> None:
    """What can be asked of an error that passed through a template gives an answer."""
    for frame in kida.trace_of(error).frames:
        assert frame.kind
        frame.locals()
    if isinstance(error, kida.TemplateError):
        assert_can_be_drawn(error)


@settings(
    max_examples=int(EXAMPLES_ASKED_FOR or CI_EXAMPLES),
    derandomize=EXAMPLES_ASKED_FOR is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    env=st.sampled_from(ENVIRONMENTS),
    texts=st.lists(st.sampled_from(WAYS), min_size=1, max_size=3, unique=True),
    v=hostile_values(),
    w=hostile_values(),
)
def test_hostile_values_raise_nothing_but_their_own(
    env: kida.Environment, texts: list[str], v: Value, w: Value
) -> None:
    _check(env, "".join(texts), v, w)


def _all_raising(kind: type[BaseException]) -> Value:
    return hostile(
        {name: _raising(kind, name) for name in SPECIAL if name not in ("__getattribute__", "__class__")}
    )


def _raising_only(name: str, kind: type[BaseException]) -> Value:
    return hostile({name: _raising(kind, name)})


@pytest.mark.parametrize("kind", RAISED)
def test_values_that_raise_whatever_is_done_with_them(kind: type[BaseException]) -> None:
    v = _all_raising(kind)
    for text in WAYS:
        _check(ENVIRONMENTS[0], text, v, v)


@pytest.mark.parametrize("name", SPECIAL)
def test_values_that_raise_at_one_thing(name: str) -> None:
    for kind in (Sabotage, SabotagedAttribute, Interruption):
        v = _raising_only(name, kind)
        for text in WAYS:
            _check(ENVIRONMENTS[0], text, v, v)


@pytest.mark.parametrize("value", RECURSIVE)
def test_values_that_hold_themselves(value: Value) -> None:
    for text in WAYS:
        _check(ENVIRONMENTS[0], text, value, value)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_filter_takes_hostile_values(name: str) -> None:
    for v in (_all_raising(Sabotage), _all_raising(SabotagedAttribute), _list_in_itself, _endless_text):
        for arguments in ("", "(w)", "(1, w)"):
            _check(ENVIRONMENTS[0], f"{{{{ v|{name}{arguments} }}}}", v, v)


@pytest.mark.parametrize("name", sorted(test for test in TESTS if test.isidentifier()))
def test_every_test_takes_hostile_values(name: str) -> None:
    for v in (_all_raising(Sabotage), _all_raising(SabotagedAttribute), _list_in_itself, _endless_text):
        for arguments in ("", "(w)"):
            _check(ENVIRONMENTS[0], f"{{{{ v is {name}{arguments} }}}}", v, v)


def test_the_value_of_a_mapping_of_a_context_may_raise() -> None:
    class Context(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise Sabotage(key)

        def get(self, key: str, default: Any = None) -> Any:
            raise Sabotage(key)

    with guarded(), pytest.raises(Sabotage):
        ENVIRONMENTS[0].from_string("{{ v }}").render(Context())
    assert get_render_context() is None


@pytest.mark.parametrize("kind", [Sabotage, Interruption])
def test_an_environment_goes_on_working_after_a_finalizer_a_filter_or_a_loader_has_raised(
    kind: type[BaseException],
) -> None:
    calls: list[Any] = []

    def once(value: Any) -> Any:
        calls.append(value)
        if len(calls) == 1:
            raise kind("once")
        return value

    def load(name: str) -> str:
        return str(once("{{ 1 }}"))

    finalizing = kida.Environment(finalize=once)
    filtering = kida.Environment(filters={"once": once})
    loading = kida.Environment(kida.FunctionLoader(load))
    for render in (
        lambda: finalizing.from_string("{{ x }}").render(x=1),
        lambda: filtering.from_string("{{ x|once }}").render(x=1),
        lambda: loading.get_template("a").render(),
    ):
        calls.clear()
        with guarded():
            with pytest.raises(kind):
                render()
            assert get_render_context() is None
            assert render() == "1"
