"""Macros: a form of many fields from nested macros and call blocks, and a small page that imports its macros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model import Page, render_workload

from workloads.escaping import escape

FIELDS = 100


@dataclass(frozen=True)
class Field:
    """A field of the form."""

    name: str
    label: str
    value: str
    required: bool
    help: str


FORM = [
    Field(
        f"field_{number}",
        f"Field {number}",
        f"a < {number}",
        number % 2 == 0,
        "Please & thanks" if number % 3 == 0 else "",
    )
    for number in range(FIELDS)
]

FORM_JINJA = """\
{% macro label(name, text, required=false) %}
<label for="{{ name }}">{{ text }}{% if required %} *{% endif %}</label>
{% endmacro %}
{% macro control(name, value="", type="text") %}
<input type="{{ type }}" id="{{ name }}" name="{{ name }}" value="{{ value }}" />
{% endmacro %}
{% macro row(name, hint="") %}
<div class="row" id="row-{{ name }}">{{ caller() }}{% if hint %}<small>{{ hint }}</small>{% endif %}</div>
{% endmacro %}
<form>
{% for field in fields %}
{% call row(field.name, hint=field.help) %}{{ label(field.name, field.label, required=field.required) }}\
{{ control(field.name, field.value) }}{% endcall %}
{% endfor %}
</form>
"""
FORM_MAKO = """\
<%def name="label(name, text, required=False)">\\
<label for="${name}">${text}${' *' if required else ''}</label></%def>\\
<%def name="control(name, value='', type='text')">\\
<input type="${type}" id="${name}" name="${name}" value="${value}" /></%def>\\
<%def name="row(name, hint='')">\\
<div class="row" id="row-${name}">${caller.body()}\\
% if hint:
<small>${hint}</small>\\
% endif
</div></%def>\\
<form>
% for field in fields:
<%call expr="row(field.name, hint=field.help)">${label(field.name, field.label, required=field.required)}\\
${control(field.name, field.value)}</%call>
% endfor
</form>
"""
FORM_CHAMELEON = """\
<form>
<metal:library tal:condition="False">
<label metal:define-macro="label" for="${name}">${text}${' *' if required else ''}</label>
<input metal:define-macro="control" type="${type}" id="${name}" name="${name}" value="${value}" />
<div metal:define-macro="row" class="row" id="row-${name}"><metal:body define-slot="body" />\
<small tal:condition="hint">${hint}</small></div>
</metal:library>
<tal:fields repeat="field fields">\
<tal:row define="name field.name; hint field.help">\
<metal:row use-macro="macros['row']"><metal:body fill-slot="body">\
<tal:label define="text field.label; required field.required">\
<metal:label use-macro="macros['label']" /></tal:label>\
<tal:control define="value field.value; type 'text'">\
<metal:control use-macro="macros['control']" /></tal:control>\
</metal:body></metal:row></tal:row></tal:fields>
</form>
"""


def form_by_hand(fields: Sequence[Field]) -> str:
    """The form by hand, its macros as functions."""
    out = ["<form>\n"]

    def label(name: str, text: str, required: bool = False) -> str:
        return f'<label for="{escape(name)}">{escape(text)}{" *" if required else ""}</label>\n'

    def control(name: str, value: str = "", kind: str = "text") -> str:
        name = escape(name)
        return f'<input type="{escape(kind)}" id="{name}" name="{name}" value="{escape(value)}" />\n'

    def row(name: str, body: str, hint: str = "") -> str:
        small = f"<small>{escape(hint)}</small>" if hint else ""
        return f'<div class="row" id="row-{escape(name)}">{body}{small}</div>\n'

    for field in fields:
        body = label(field.name, field.label, required=field.required) + control(field.name, field.value)
        out.append(row(field.name, body, hint=field.help))
    out.append("</form>\n")
    return "".join(out)


MACRO_PAGE = render_workload(
    "macros",
    f"macro-heavy page, {3 * FIELDS} calls",
    Page(
        entry="page.html",
        context={"fields": FORM},
        jinja={"page.html": FORM_JINJA},
        mako={"page.html": FORM_MAKO},
        chameleon={"page.html": FORM_CHAMELEON},
        by_hand=form_by_hand,
    ),
)

LIBRARY_JINJA = """\
{% macro badge(text, kind="info") %}<span class="badge {{ kind }}">{{ text }}</span>{% endmacro %}
{% macro link(url, text) %}<a href="{{ url }}">{{ text }}</a>{% endmacro %}
{% macro price(amount, currency="EUR") %}<b>{{ amount }} {{ currency }}</b>{% endmacro %}
{% macro icon(name) %}<i class="icon-{{ name }}"></i>{% endmacro %}
"""
IMPORTS_JINJA = """\
{% import "library.html" as ui %}
{% from "library.html" import badge, price %}
<p>{{ ui.link("/new", title) }} {{ badge("new & good") }} {{ price(amount) }} {{ ui.icon("cart") }}</p>
"""
LIBRARY_MAKO = """\
<%def name="badge(text, kind='info')"><span class="badge ${kind}">${text}</span></%def>
<%def name="link(url, text)"><a href="${url}">${text}</a></%def>
<%def name="price(amount, currency='EUR')"><b>${amount} ${currency}</b></%def>
<%def name="icon(name)"><i class="icon-${name}"></i></%def>
"""
IMPORTS_MAKO = """\
<%namespace name="ui" file="library.html"/>
<%namespace file="library.html" import="badge, price"/>
<p>${ui.link("/new", title)} ${badge("new & good")} ${price(amount)} ${ui.icon("cart")}</p>
"""
LIBRARY_CHAMELEON = """\
<div>
<span metal:define-macro="badge" class="badge ${kind}">${text}</span>
<a metal:define-macro="link" href="${url}">${text}</a>
<b metal:define-macro="price">${amount} ${currency}</b>
<i metal:define-macro="icon" class="icon-${name}"></i>
</div>
"""
IMPORTS_CHAMELEON = """\
<p tal:define="ui load: library.html">\
<tal:x define="url '/new'; text title"><metal:x use-macro="ui.macros['link']" /></tal:x> \
<tal:x define="kind 'info'; text 'new &amp; good'"><metal:x use-macro="ui.macros['badge']" /></tal:x> \
<tal:x define="currency 'EUR'"><metal:x use-macro="ui.macros['price']" /></tal:x> \
<tal:x define="name 'cart'"><metal:x use-macro="ui.macros['icon']" /></tal:x></p>
"""


def badge_by_hand(text: str, kind: str = "info") -> str:
    """The macro `badge` by hand."""
    return f'<span class="badge {escape(kind)}">{escape(text)}</span>'


def link_by_hand(url: str, text: str) -> str:
    """The macro `link` by hand."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def price_by_hand(amount: float, currency: str = "EUR") -> str:
    """The macro `price` by hand."""
    return f"<b>{amount} {escape(currency)}</b>"


def icon_by_hand(name: str) -> str:
    """The macro `icon` by hand."""
    return f'<i class="icon-{escape(name)}"></i>'


def imports_by_hand(title: str, amount: float) -> str:
    """The page that imports them by hand."""
    return (
        f"<p>{link_by_hand('/new', title)} {badge_by_hand('new & good')} "
        f"{price_by_hand(amount)} {icon_by_hand('cart')}</p>\n"
    )


IMPORTS = render_workload(
    "imports",
    "import of a macro library, 4 calls",
    Page(
        entry="page.html",
        context={"title": "What's new", "amount": 12.5},
        jinja={"library.html": LIBRARY_JINJA, "page.html": IMPORTS_JINJA},
        mako={"library.html": LIBRARY_MAKO, "page.html": IMPORTS_MAKO},
        chameleon={"library.html": LIBRARY_CHAMELEON, "page.html": IMPORTS_CHAMELEON},
        by_hand=imports_by_hand,
    ),
)
