"""Loops that write many values: a table that needs escaping, a list of objects, the same list of dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import Page, render_workload

from workloads.escaping import escape

ROWS, COLUMNS, PRODUCTS = 1_000, 10, 1_000

TABLE = [[f"<{row}> & {column}" for column in range(COLUMNS)] for row in range(ROWS)]


def table_by_hand(rows: Sequence[Sequence[str]]) -> str:
    """The table by hand."""
    out = ["<table>\n"]
    append = out.append
    for row in rows:
        append("<tr>")
        for cell in row:
            append("<td>")
            append(escape(cell))
            append("</td>")
        append("</tr>\n")
    append("</table>\n")
    return "".join(out)


ESCAPE_TABLE = render_workload(
    "escape-table",
    f"escape-heavy table, {ROWS:,} × {COLUMNS}",
    Page(
        entry="page.html",
        context={"rows": TABLE},
        jinja={
            "page.html": """\
<table>
{% for row in rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</table>
"""
        },
        mako={
            "page.html": """\
<table>
% for row in rows:
<tr>\\
% for cell in row:
<td>${cell}</td>\\
% endfor
</tr>
% endfor
</table>
"""
        },
        chameleon={
            "page.html": """\
<table>
<tr tal:repeat="row rows"><td tal:repeat="cell row">${cell}</td></tr>
</table>
"""
        },
        by_hand=table_by_hand,
    ),
)


@dataclass(frozen=True)
class Maker:
    """Who makes a product."""

    name: str
    town: str


@dataclass(frozen=True)
class Product:
    """A line of the list."""

    number: int
    name: str
    url: str
    price: float
    in_stock: bool
    maker: Maker


OBJECTS = [
    Product(
        number=number,
        name=f"Product {number}" if number % 10 else f"Nuts & bolts {number}",
        url=f"/shop/{number}",
        price=number / 4,
        in_stock=number % 3 != 0,
        maker=Maker(name=f"Maker {number % 17}", town="Lyon"),
    )
    for number in range(PRODUCTS)
]
DICTS = [{**vars(product), "maker": vars(product.maker)} for product in OBJECTS]

LIST_JINJA = """\
<ul>
{% for p in products %}
<li id="p{{ p.number }}" class="{% if p.in_stock %}in{% else %}out{% endif %}">\
<a href="{{ p.url }}">{{ p.name }}</a> {{ p.price }} by {{ p.maker.name }}, {{ p.maker.town }}</li>
{% endfor %}
</ul>
"""
OBJECTS_MAKO = """\
<ul>
% for p in products:
<li id="p${p.number}" class="${'in' if p.in_stock else 'out'}">\\
<a href="${p.url}">${p.name}</a> ${p.price} by ${p.maker.name}, ${p.maker.town}</li>
% endfor
</ul>
"""
DICTS_MAKO = """\
<ul>
% for p in products:
<li id="p${p['number']}" class="${'in' if p['in_stock'] else 'out'}">\\
<a href="${p['url']}">${p['name']}</a> ${p['price']} by ${p['maker']['name']}, ${p['maker']['town']}</li>
% endfor
</ul>
"""
OBJECTS_CHAMELEON = """\
<ul>
<li tal:repeat="p products" id="p${p.number}" class="${'in' if p.in_stock else 'out'}">\
<a href="${p.url}">${p.name}</a> ${p.price} by ${p.maker.name}, ${p.maker.town}</li>
</ul>
"""
DICTS_CHAMELEON = """\
<ul>
<li tal:repeat="p products" id="p${p['number']}" class="${'in' if p['in_stock'] else 'out'}">\
<a href="${p['url']}">${p['name']}</a> ${p['price']} by ${p['maker']['name']}, ${p['maker']['town']}</li>
</ul>
"""


def objects_by_hand(products: Sequence[Product]) -> str:
    """The list of objects by hand."""
    out = ["<ul>\n"]
    append = out.append
    for p in products:
        maker = p.maker
        append(
            f'<li id="p{p.number}" class="{"in" if p.in_stock else "out"}"><a href="{escape(p.url)}">'
            f"{escape(p.name)}</a> {p.price} by {escape(maker.name)}, {escape(maker.town)}</li>\n"
        )
    append("</ul>\n")
    return "".join(out)


def dicts_by_hand(products: Sequence[Mapping[str, Any]]) -> str:
    """The list of dicts by hand."""
    out = ["<ul>\n"]
    append = out.append
    for p in products:
        maker = p["maker"]
        append(
            f'<li id="p{p["number"]}" class="{"in" if p["in_stock"] else "out"}"><a href="{escape(p["url"])}">'
            f"{escape(p['name'])}</a> {p['price']} by {escape(maker['name'])}, {escape(maker['town'])}</li>\n"
        )
    append("</ul>\n")
    return "".join(out)


OBJECT_LIST = render_workload(
    "objects",
    f"attribute-heavy list, {PRODUCTS:,} objects",
    Page(
        entry="page.html",
        context={"products": OBJECTS},
        jinja={"page.html": LIST_JINJA},
        mako={"page.html": OBJECTS_MAKO},
        chameleon={"page.html": OBJECTS_CHAMELEON},
        by_hand=objects_by_hand,
    ),
)
DICT_LIST = render_workload(
    "dicts",
    f"attribute-heavy list, {PRODUCTS:,} dicts",
    Page(
        entry="page.html",
        context={"products": DICTS},
        jinja={"page.html": LIST_JINJA},
        mako={"page.html": DICTS_MAKO},
        chameleon={"page.html": DICTS_CHAMELEON},
        by_hand=dicts_by_hand,
    ),
)
