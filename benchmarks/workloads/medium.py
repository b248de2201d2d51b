"""A medium page, a list of orders: a loop, macros, filters, escaping, attributes; some 1 to 2 ms of work for Jinja2.

It is what `scaling.py` renders on many threads, so its context is made by a function: each thread makes its own, and
shares nothing with the others but the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import Page

from workloads.escaping import escape

ORDERS = 40


@dataclass
class Customer:
    """Who ordered."""

    name: str
    town: str


@dataclass
class Order:
    """A row of the page."""

    number: int
    customer: Customer
    note: str
    tags: list[str]
    total: float
    paid: bool
    url: str


@dataclass
class Team:
    """A user's team."""

    name: str


@dataclass
class User:
    """Who looks at the page."""

    name: str
    team: Team


def new_context() -> dict[str, Any]:
    """The page's variables, every object of them made anew: nothing in it is shared with another context.

    Numbers and texts are computed, for constants would be the same objects in each thread.
    """
    return {
        "title": f"Orders & more, {ORDERS}",
        "user": User(f"Ann <{ORDERS}>", Team(f"R&D {ORDERS}")),
        "orders": [new_order(number) for number in range(ORDERS)],
    }


def new_order(number: int) -> Order:
    """One order, its texts with something to escape."""
    return Order(
        number=1_000 + number,
        customer=Customer(f"Customer {number}", f"Lyon & {number}"),
        note=f"Note <{number}>",
        tags=[f"tag {number}", f"b & {number}"],
        total=number + 0.25,
        paid=number % 3 == 0,
        url=f"/orders/{number}?a=1&b={number}",
    )


JINJA = """\
{% macro badge(text, kind="info") %}<b class="badge {{ kind }}">{{ text|upper }}</b>{% endmacro %}
{% macro cell(value, css="") %}<td class="{{ css }}">{{ value }}</td>{% endmacro %}
<html><head><title>{{ title }}</title></head>
<body><h1>{{ title|upper }}</h1>
<p>Hello {{ user.name }} of {{ user.team.name }}: {{ orders|length }} orders.</p>
<table>
{% for order in orders %}
<tr class="{% if loop.first %}first{% else %}row{% endif %}" id="o{{ order.number }}">\
{{ cell(order.customer.name, "who") }}{{ cell(order.note|default("none")|lower) }}\
{{ cell(order.tags|join(", ")) }}{{ cell(order.total, css="sum") }}\
<td>{% if order.paid %}{{ badge("paid") }}{% else %}{{ badge("due", kind="warn") }}{% endif %}</td>\
<td><a href="{{ order.url }}">{{ order.customer.town }}</a></td></tr>
{% endfor %}
</table></body></html>
"""
MAKO = """\
<%def name="badge(text, kind='info')"><b class="badge ${kind}">${text.upper()}</b></%def>\\
<%def name="cell(value, css='')"><td class="${css}">${value}</td></%def>\\
<html><head><title>${title}</title></head>
<body><h1>${title.upper()}</h1>
<p>Hello ${user.name} of ${user.team.name}: ${len(orders)} orders.</p>
<table>
% for order in orders:
<tr class="${'first' if loop.first else 'row'}" id="o${order.number}">\\
${cell(order.customer.name, "who")}${cell((order.note or "none").lower())}\\
${cell(", ".join(order.tags))}${cell(order.total, css="sum")}\\
<td>\\
% if order.paid:
${badge("paid")}\\
% else:
${badge("due", kind="warn")}\\
% endif
</td>\\
<td><a href="${order.url}">${order.customer.town}</a></td></tr>
% endfor
</table></body></html>
"""
CHAMELEON = """\
<html><metal:library tal:condition="False">\
<b metal:define-macro="badge" class="badge ${kind}">${text.upper()}</b>\
<td metal:define-macro="cell" class="${css}">${value}</td></metal:library>\
<head><title>${title}</title></head>
<body><h1>${title.upper()}</h1>
<p>Hello ${user.name} of ${user.team.name}: ${len(orders)} orders.</p>
<table>
<tr tal:repeat="order orders" class="${'first' if repeat.order.start else 'row'}" id="o${order.number}">\
<tal:x define="value order.customer.name; css 'who'"><metal:x use-macro="macros['cell']" /></tal:x>\
<tal:x define="value (order.note or 'none').lower(); css ''"><metal:x use-macro="macros['cell']" /></tal:x>\
<tal:x define="value ', '.join(order.tags); css ''"><metal:x use-macro="macros['cell']" /></tal:x>\
<tal:x define="value order.total; css 'sum'"><metal:x use-macro="macros['cell']" /></tal:x>\
<td><tal:x condition="order.paid" define="text 'paid'; kind 'info'"><metal:x use-macro="macros['badge']" /></tal:x>\
<tal:x condition="not order.paid" define="text 'due'; kind 'warn'"><metal:x use-macro="macros['badge']" /></tal:x></td>\
<td><a href="${order.url}">${order.customer.town}</a></td></tr>
</table></body></html>
"""


def cell(value: str, css: str = "") -> str:
    """The macro `cell` by hand, its value escaped already."""
    return f'<td class="{css}">{value}</td>'


def badge(text: str, kind: str = "info") -> str:
    """The macro `badge` by hand."""
    return f'<b class="badge {escape(kind)}">{escape(text.upper())}</b>'


def by_hand(title: str, user: User, orders: Sequence[Order]) -> str:
    """The page by hand."""
    out = [
        f"<html><head><title>{escape(title)}</title></head>\n<body><h1>{escape(title.upper())}</h1>\n",
        f"<p>Hello {escape(user.name)} of {escape(user.team.name)}: {len(orders)} orders.</p>\n<table>\n",
    ]
    for index, order in enumerate(orders):
        out.append(
            f'<tr class="{"row" if index else "first"}" id="o{order.number}">'
            + cell(escape(order.customer.name), "who")
            + cell(escape((order.note or "none").lower()))
            + cell(escape(", ".join(order.tags)))
            + cell(str(order.total), css="sum")
            + f"<td>{badge('paid') if order.paid else badge('due', kind='warn')}</td>"
            + f'<td><a href="{escape(order.url)}">{escape(order.customer.town)}</a></td></tr>\n'
        )
    out.append("</table></body></html>\n")
    return "".join(out)


MEDIUM = Page(
    entry="page.html",
    context=new_context(),
    jinja={"page.html": JINJA},
    mako={"page.html": MAKO},
    chameleon={"page.html": CHAMELEON},
    by_hand=by_hand,
)
