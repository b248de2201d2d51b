"""Templates in which one construct stands inside itself, or behind itself, many times over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final


def nested(opening: str, middle: str, closing: str) -> Callable[[int], str]:
    """A construct inside itself; ``#`` in it becomes the number of the level."""

    def build(depth: int) -> str:
        openings = "".join(opening.replace("#", str(level)) for level in range(depth))
        closings = "".join(closing.replace("#", str(level)) for level in reversed(range(depth)))
        return openings + middle + closings

    return build


def repeated(begin: str, part: str, end: str) -> Callable[[int], str]:
    """A construct behind itself."""
    return lambda count: begin + "".join(part.replace("#", str(number)) for number in range(count)) + end


TAGS: Final[Mapping[str, Callable[[int], str]]] = MappingProxyType(
    {
        "if": nested("{% if true %}", "x", "{% endif %}"),
        "if in else": nested("{% if false %}{% else %}", "x", "{% end %}"),
        "if in elif": nested("{% if false %}{% elif true %}", "x", "{% end %}"),
        "unless": nested("{% unless false %}", "x", "{% endunless %}"),
        "for": nested("{% for x in [1] %}", "x", "{% endfor %}"),
        "for in else": nested("{% for x in [] %}{% else %}", "x", "{% endfor %}"),
        "for with loop": nested("{% for x in [1] %}{{ loop.index }}", "x", "{% endfor %}"),
        "for recursive": nested("{% for x in [1] recursive %}", "x", "{% endfor %}"),
        "async for": nested("{% async for x in xs %}", "x", "{% endfor %}"),
        "while": nested("{% while false %}", "x", "{% endwhile %}"),
        "try": nested("{% try %}", "x", "{% fallback %}y{% end %}"),
        "fallback": nested("{% try %}{{ no_such }}{% fallback %}", "x", "{% end %}"),
        "match": nested("{% match 1 %}{% case 1 %}", "x", "{% endmatch %}"),
        "match in a second case": nested("{% match 1 %}{% case 2 %}{% case n if n %}", "x", "{% end %}"),
        "with": nested("{% with a# = 1 %}", "x", "{% endwith %}"),
        "set": nested("{% set a# %}", "x", "{% endset %}"),
        "capture": nested("{% capture a %}", "x", "{% end %}"),
        "filter": nested("{% filter upper %}", "x", "{% endfilter %}"),
        "autoescape": nested("{% autoescape true %}", "x", "{% endautoescape %}"),
        "autoescape decided late": nested("{% autoescape a %}", "x", "{% endautoescape %}"),
        "provide": nested("{% provide a# = # %}", "x", "{% endprovide %}"),
        "push": nested('{% push "s" once # %}', "x", "{% endpush %}"),
        "trans in blocks": nested(
            "{% block b# %}", "{% trans x %}{{ x }}{% pluralize %}{{ x }}s{% end %}", "{% endblock %}"
        ),
        "cache": nested("{% cache #, ttl=1 %}", "x", "{% endcache %}"),
        "spaceless": nested("{% spaceless %}", "x", "{% endspaceless %}"),
        "fragment": nested("{% fragment f# %}", "x", "{% endfragment %}"),
        "embed": nested("{% embed 'x' with a=1 %}{% block b %}", "x", "{% end %}{% end %}"),
        "block with a condition": nested("{% block b# if true %}", "x", "{% endblock %}"),
        "macro": nested("{% macro m#() %}", "x", "{% endmacro %}"),
        "def": nested("{% def m#(a: int = 1, *, b) %}", "x", "{% enddef %}"),
        "call": nested("{% call(a) f(1) %}", "x", "{% endcall %}"),
        "block": nested("{% block b# %}", "x", "{% endblock %}"),
        "scoped block": nested("{% block b# scoped %}{% set a = 1 %}", "x", "{% endblock %}"),
        "if, for, with, macro": nested(
            "{% if true %}{% for x in [1] %}{% with y = x %}{% macro m() %}",
            "x",
            "{% end %}{% end %}{% end %}{% end %}",
        ),
        "unclosed if": nested("{% if true %}", "x", ""),
        "unclosed block": nested("{% block b# %}", "x", ""),
        "unclosed macro": nested("{% macro m#() %}", "x", ""),
    }
)
"""Tags inside themselves, by name, for a depth."""

EXPRESSIONS: Final[Mapping[str, Callable[[int], str]]] = MappingProxyType(
    {
        "parentheses": nested("(", "1", ")"),
        "brackets": nested("[", "1", "]"),
        "braces": nested("{1: ", "1", "}"),
        "sets": nested("{x for x in ", "xs", "}"),
        "comprehensions": nested("[x for x in ", "xs", "]"),
        "comprehensions in the item": nested("[", "x", " for x in xs]"),
        "tuples": nested("(1, ", "1", ")"),
        "calls": nested("f(", "1", ")"),
        "calls of calls": repeated("f", "(#)", ""),
        "keyword arguments": nested("f(a=", "1", ")"),
        "starred arguments": nested("f(*", "xs", ")"),
        "double-starred arguments": nested("f(**", "d", ")"),
        "method calls": repeated("'x'", ".upper()", ""),
        "subscripts": nested("a[", "1", "]"),
        "subscripts behind": repeated("a", "[#]", ""),
        "slices": nested("a[:", "1", "]"),
        "attributes": repeated("a", ".b", ""),
        "null-safe attributes": repeated("a", "?.b", ""),
        "null-safe subscripts": repeated("a", "?['b']", ""),
        "filters": repeated("'x'", "|upper", ""),
        "filters with arguments": repeated("'x'", "|default(#)", ""),
        "filters in arguments": nested("1|default(", "1", ")"),
        "null-safe filters": repeated("'x'", " ?| upper", ""),
        "pipelines": repeated("'x'", " |> upper", ""),
        "null-safe pipelines": repeated("'x'", " ?|> upper", ""),
        "tests": repeated("x", " is defined", ""),
        "negated tests": repeated("x", " is not defined", ""),
        "tests with arguments": nested("1 is sameas(", "1", ")"),
        "nots": repeated("", "not ", "1"),
        "minus signs": repeated("", "-", "1"),
        "plus signs": repeated("", "+", "1"),
        "mixed signs": repeated("", "- +", "1"),
        "awaits": repeated("", "await ", "x"),
        "nots in parentheses": nested("not (", "1", ")"),
        "signs in parentheses": nested("-(", "1", ")"),
        "conditionals": repeated("", "1 if false else ", "2"),
        "conditionals in the condition": nested("1 if (", "false", ") else 2"),
        "conditionals in the value": nested("(", "1", " if true else 2)"),
        "conditionals without else": repeated("1", " if 1", ""),
        "concatenations": repeated("1", " ~ #", ""),
        "sums": repeated("1", " + 1", ""),
        "differences": repeated("1", " - 1", ""),
        "products": repeated("1", " * 1", ""),
        "quotients": repeated("1", " / 1", ""),
        "floor quotients": repeated("1", " // 1", ""),
        "remainders": repeated("1", " % 2", ""),
        "powers": repeated("1", " ** 1", ""),
        "sums of variables": repeated("x", " + x", ""),
        "powers of variables": repeated("x", " ** x", ""),
        "comparisons": repeated("1", " < #", ""),
        "comparisons of variables": repeated("x", " == x", ""),
        "memberships": repeated("1", " in xs", ""),
        "ors": repeated("x", " or x", ""),
        "ands": repeated("x", " and x", ""),
        "ors and ands": repeated("x", " or x and x", ""),
        "nested ors": nested("(x or ", "x", ")"),
        "coalescings": repeated("x", " ?? x", ""),
        "coalescings of attributes": repeated("x.a.b", " ?? x.a.b", ""),
        "adjacent strings": repeated("'x'", " 'x'", ""),
        "lists of lists": nested("[1, ", "[]", "]"),
        "dicts in dicts": nested("{'a': {'b': ", "1", "}}"),
        "everything": nested("f(a=[{'k': (not -x.y[", "1", "]|default(2)) if x else 3}])"),
        "unclosed parentheses": nested("(", "", ""),
        "unclosed brackets": nested("[", "", ""),
        "unclosed braces": nested("{", "", ""),
        "unclosed calls": nested("f(", "", ""),
        "unclosed subscripts": nested("a?[", "", ""),
        "unclosed filters": nested("a|default(", "", ""),
        "unopened parentheses": nested("", "", ")"),
    }
)
"""Expressions inside and behind themselves, by name, for a depth."""

STATEMENTS: Final[Mapping[str, Callable[[int], str]]] = MappingProxyType(
    {
        "elifs": repeated("{% if false %}0", "{% elif x == # %}#", "{% else %}none{% endif %}"),
        "cases": repeated("{% match x %}", "{% case # %}#", "{% end %}"),
        "alternatives of a pattern": repeated("{% match x %}{% case 0", " | #", " %}{% end %}"),
        "nested sequence patterns": lambda depth: (
            f"{{% match x %}}{{% case {'[' * depth}a{']' * depth} %}}{{% end %}}"
        ),
        "nested mapping patterns": lambda depth: (
            "{% match x %}{% case " + "{1: " * depth + "a" + "}" * depth + " %}{% end %}"
        ),
        "nested group patterns": lambda depth: (
            f"{{% match x %}}{{% case {'(' * depth}a{')' * depth} %}}{{% end %}}"
        ),
        "nested or patterns": lambda depth: (
            "{% match x %}{% case " + "(1 | " * depth + "2" + ")" * depth + " %}{% end %}"
        ),
        "dotted patterns": repeated("{% match x %}{% case a", ".b", " %}{% end %}"),
        "nested targets": lambda depth: f"{{% for {'(' * depth}a{',)' * depth} in xs %}}{{% endfor %}}",
        "nested set targets": lambda depth: f"{{% set {'(' * depth}a{',)' * depth} = xs %}}",
        "targets in parentheses": lambda depth: f"{{% set {'(' * depth}a{')' * depth} = xs %}}",
        "annotations": lambda depth: f"{{% def f(a: {'list[' * depth}int{']' * depth}) %}}{{% end %}}",
        "unclosed annotations": lambda depth: f"{{% def f(a: {'list[' * depth}",
        "defaults": lambda depth: f"{{% macro f(a={'[' * depth}{']' * depth}) %}}{{% endmacro %}}",
        "comprehension clauses": repeated("{{ [1 ", "for x# in xs ", "] }}"),
        "comprehension conditions": repeated("{{ [1 for x in xs ", "if x ", "] }}"),
        "filter blocks' chains": repeated("{% filter upper", "|upper", " %}x{% endfilter %}"),
        "set blocks' chains": repeated("{% set x", "|upper", " %}x{% endset %}"),
        "with's variables": repeated("{% with a = 1", ", a# = 1", " %}{% endwith %}"),
        "raw": nested("{% raw %}", "x", "{% endraw %}"),
        "comments": nested("{# ", "x", " #}"),
        "outputs": nested("{{ ", "x", " }}"),
        "output beginnings": nested("{{", "", ""),
        "tag beginnings": nested("{% ", "", ""),
        "supers": repeated("{% block a %}{{ super", ".super", "() }}{% endblock %}"),
    }
)
"""The other things that can be nested or piled up, as whole templates."""

MONSTERS: Final[Mapping[str, Callable[[int], str]]] = MappingProxyType(
    {
        **TAGS,
        **{
            name: lambda depth, build=build: f"{{{{ {build(depth)} }}}}"
            for name, build in EXPRESSIONS.items()
        },
        **STATEMENTS,
    }
)
"""All of them as templates, by name, for a depth."""
