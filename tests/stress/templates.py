"""The templates that the threads render: each part of the language that keeps something while it renders."""

from __future__ import annotations

from typing import Final

STEADY: Final[dict[str, str]] = {
    "base.html": """\
<title>{% block title %}base {{ token }}{% endblock %}</title>
{% block body scoped %}nothing{% endblock %}
{% for item in items %}{% include "part.html" %}{% endfor %}
<i>{{ self.title() }}</i>{% block foot %}foot {{ token|yielded }}{% endblock %}
""",
    "page.html": """\
{% extends "base.html" %}
{% from "lib.html" import card, wrap %}
{% set local = token ~ "!" %}
{% block title %}page {{ local }} ({{ super() }}){% endblock %}
{% block body %}{{ card(user.name) }}{% call(x) wrap(items) %}{{ x|yielded }}:{{ token }}{% endcall %}{% endblock %}
""",
    "deep.html": """\
{% extends "page.html" %}
{% block title %}deep {{ super() }} {{ super.super() }}{% endblock %}
{% block foot %}{{ super() }} of {{ where() }}{% endblock %}
""",
    "part.html": """\
[{{ item|yielded }} {{ token }}{% import "lib.html" as lib with context %} {{ lib.whose() }}]
""",
    "lib.html": """\
{% macro card(name) %}<b>{{ name|yielded }}</b>{{ inner(name) }}{% endmacro %}
{% macro inner(name, depth=2) %}{% if depth %}{{ depth }}{{ inner(name, depth - 1) }}{% else %}{{ name }}{% endif %}\
{% endmacro %}
{% macro wrap(values) %}<ul>{% for x in values %}<li>{{ caller(x) }}</li>{% endfor %}</ul>{% endmacro %}
{% macro whose() %}{{ (token ?? "nobody")|yielded }}{% endmacro %}
""",
    "kit.html": """\
{% macro divide(depth, by) %}
  {%- if depth %}{{ divide(depth - 1, by) }}
  {%- else %}{{ 100 / by|yielded }}{% endif %}
{% endmacro %}
{% macro escapes(text) %}{{ text }}{% autoescape false %}{{ text|yielded }}{% endautoescape %}{{ again(text) }}\
{% endmacro %}
{% macro borrowed(text) %}{% from "other.html" import bold %}{{ bold(text) }}{% endmacro %}
{% macro counted(n) %}{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i|yielded %}\
{% endfor %}{{ ns.n }}{% endmacro %}
{% macro again(text) %}{{ text }}{% endmacro %}
""",
    "other.html": "{% set slow = 1|yielded|yielded %}{% macro bold(text) %}<b>{{ text|yielded }}</b>{% endmacro %}",
    "tree.html": """\
{% for node in tree recursive %}<li>{{ node.name|yielded }} {{ loop.depth }}/{{ loop.index }}
{%- if node.children %}<ul>{{ loop(node.children) }}</ul>{% endif %}{{ loop.last }}</li>{% endfor %} {{ token }}
""",
    "sums.html": """\
{% set ns = namespace(total=0) %}{% let all = "" %}
{% for n in numbers %}{% set ns.total = ns.total + n|yielded %}{% let all = all ~ n %}{% endfor %}
{{ ns.total }} {{ all }} {{ token }} {{ numbers|map("yielded")|sum }}
{% capture kept %}{% for n in numbers %}{{ loop.changed(n) }}{{ loop.previtem ?? "-" }}{% endfor %}{% end %}{{ kept }}
""",
    "escapes.html": """\
{{ user.name }}{% autoescape false %}{{ user.name|yielded }}{% include "part_raw.html" %}
{% autoescape true %}{{ user.name|yielded }}{% endautoescape %}{{ user.name }}{% endautoescape %}{{ user.name }}
{% set held %}{{ user.name }}{% endset %}{{ held }}{% filter upper %}{{ token|yielded }}{% endfilter %}
""",
    "part_raw.html": "({{ user.name|yielded }})",
    "try.html": """\
{% for n in numbers %}{% try %}{{ n|yielded }}={{ 12 / (n - 2) }}{% fallback error %}{{ error }} {{ token }}{% end %}
{% endfor %}{% try %}{% include "zero.html" %}{% fallback %}no zero for {{ token }}{% end %}
""",
    "match.html": """\
{% for value in [numbers, token, tree[0], none] %}{% match value|yielded %}{% case [a, b, *rest] %}{{ a }}+{{ b }}{{ rest }}
{% case {"name": name} %}{{ name }}{% case none %}none of {{ token }}{% case text %}{{ text }}{% end %}{% endfor %}
""",
    "nested.html": """\
{{ where() }}{{ "page.html"|rendered(token ~ "<inner>") }}{{ where() }}
{% for item in items %}{{ "part.html"|rendered(item) }}{{ where() }}{{ token }}{% endfor %}
""",
    "where.html": """\
{{ where() }}{% include "where_in.html" %}{% import "where_lib.html" as lib with context %}{{ lib.here() }}{{ where() }}
""",
    "where_in.html": "{{ where() }}{% from 'where_lib.html' import here %}{{ here()|yielded }}{{ where() }}",
    "where_lib.html": "{% set top = where() %}{% macro here() %}{{ top }}{{ where() }}{% endmacro %}",
    "undefined.html": """\
{% from "lib.html" import wrap %}
{% for item in items %}{% call(x) wrap(items) %}{{ x }}{{ user.naem|yielded }}{% endcall %}{% endfor %}
""",
    "zero.html": """\
{% from "kit.html" import divide %}
{{ token|yielded }}
{{ divide(1 + number % 5, zero) }}
""",
    "zero_in.html": """\
{% extends "base.html" %}
{% block body %}
  {% for item in items %}{% include ["nowhere.html", "zero.html"] %}{% endfor %}
{% endblock %}
""",
    "python_fails.html": "{{ token }}{% macro m() %}\n {{ fail(token) }}{% endmacro %}\n{{ m() }}",
    "filter_refuses.html": "{{ token|yielded }}\n{{ token|replace }}",
    "macro_refuses.html": "{% from 'lib.html' import card %}\n{{ card(token, crad=1) }}",
    "missing.html": "{{ token }}\n{% include 'nowhere/at/all.html' %}",
    "missing_name.html": "{{ token }}\n{% from 'lib.html' import carb %}",
    "misspelt.html": "{{ token }}\n  {% include 'wrong.html' %}",
    "wrong.html": "fine\n{{ 1 + }}",
    "circle.html": "{{ token|yielded }}{% include 'circle.html' %}",
    "circle_a.html": "{% import 'circle_b.html' as b %}",
    "circle_b.html": "{{ 1|yielded }}{% import 'circle_a.html' as a %}",
    "heir_a.html": "{% extends 'heir_b.html' %}",
    "heir_b.html": "{% extends 'heir_a.html' %}",
}
"""What can be rendered in every form."""

ASYNCHRONOUS: Final[dict[str, str]] = {
    "async.html": """\
{% from "lib.html" import card %}{{ await later(token) }}
{% async for n in ticks(numbers) %}{{ n }}{{ await later(token) }}{{ loop.index }} {% endfor %}{{ card(await later(token)) }}
{% for item in items %}{% include "async_part.html" %}{% endfor %}{{ where() }}
""",
    "async_part.html": "[{{ await later(item) }} {{ token }} {{ where() }}]",
    "async_heir.html": """\
{% extends "base.html" %}
{% block title %}{{ await later(token) }} {{ super() }}{% endblock %}
{% block body %}{% macro m(x) %}{{ await later(x) }}{% endmacro %}{{ m(token) }}{{ where() }}{% endblock %}
""",
    "async_zero.html": """\
{% macro slow(n) %}{{ await later(token) }}
  {{ 1 / (await later(n)) }}{% endmacro %}
{{ slow(zero) }}
""",
    "async_macros.html": "{% macro slow(x) %}{{ await later(x) }}{{ token }}{{ await later(x) }}{{ where() }}{% endmacro %}",
}
"""What awaits."""

WITH_BLOCKS: Final = ("base.html", "page.html", "deep.html")
BLOCKS: Final = ("title", "body", "foot", "fot")
"""The blocks of those, and a name that none has."""

EXPRESSIONS: Final = (
    "token ~ number",
    "numbers|map('yielded')|sum + number",
    "user.name|upper",
    "100 / zero|yielded",
    "user.naem.first",
    "[x for x in numbers if x is odd]",
    "token is string and number in range(100000)",
)

SNIPPETS: Final = (
    "{{ token }}",
    "{{ user.name|yielded }}",
    "{% for n in numbers %}{{ n|yielded }},{% endfor %}",
    "{% include 'part_raw.html' %}",
    "{% from 'lib.html' import card, whose %}{{ card(token) }}{{ whose() }}",
    "{% macro local(x) %}<{{ x|yielded }}{{ token }}>{% endmacro %}{{ local(number) }}",
    "{% block own %}{{ where() }}{{ token }}{% endblock %}",
    "{% set a %}{{ token|yielded }}{% endset %}{{ a }}",
    "{{ where() }}",
    "{% try %}{{ 1 / zero }}{% fallback e %}{{ e }}{% end %}",
)

FAILING_SNIPPETS: Final = (
    "\n{{ 1 / zero|yielded }}",
    "\n{{ user.naem }}",
    "\n{% include 'nowhere.html' %}",
    "\n{{ token|no_such_filter }}",
    "\n{% endfor %}",
    "\n{{ fail(token) }}",
)

PARENT: Final = {"fresh": "page.html"}


def fresh_text(name: str) -> str | None:
    """The text of a template of a name that is asked for for the first time; ``None`` where there is none.

    Parameters: ``name``, as ``fresh/12.html``. Each fifth cannot be compiled, each seventh does not exist.
    """
    folder, _, rest = name.partition("/")
    number = rest.removesuffix(".html")
    if folder not in PARENT or not number.isdigit():
        return None
    if int(number) % 7 == 6:
        return None
    if int(number) % 5 == 4:
        return f"one\n{{{{ token }}}}\n  {{% if {number} + %}}"
    return (
        f'{{% extends "{PARENT[folder]}" %}}{{% block title %}}fresh {number} {{{{ token|yielded }}}} {{{{ super() }}}}'
        f"{{% endblock %}}{{% block foot %}}{{{{ where() }}}}{{% endblock %}}"
    )


# --- templates that change while they are rendered: each says its version at its beginning and at its end --------

CHANGING: Final[dict[str, str]] = {
    "changing/page.html": """\
{% extends "changing/base.html" %}{% set v = "page @" %}
{% block body %}<{{ v }}>{% for i in range(3) %}{% include "changing/part.html" %}{% endfor %}{{ super() }}<page @>\
{% endblock %}
""",
    "changing/base.html": """\
<base @>{{ left|yielded }}={{ right }}{% block body %}<base @>{{ 1|left_filter }}={{ 1|yielded|right_filter }}{% endblock %}
{% from "changing/lib.html" import m %}{{ m() }}{{ left }}={{ right }}<base @>
""",
    "changing/part.html": '<part @>{{ left }}={{ right }}{% import "changing/lib.html" as lib %}{{ lib.m() }}<part @>',
    "changing/lib.html": "{% macro m() %}<lib @>{{ left|yielded }}={{ right }}<lib @>{% endmacro %}",
}
"""``@`` stands for the number of the version."""
