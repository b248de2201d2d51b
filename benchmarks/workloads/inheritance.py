"""Three levels of inheritance, with super() at each."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Page, render_workload

from workloads.escaping import escape

BASE_JINJA = """\
<html>
<head>{% block head %}<title>{% block title %}Shop{% endblock %}</title>{% endblock %}</head>
<body>
<nav>{% block nav %}<a href="/">Home</a>{% endblock %}</nav>
<main>{% block content %}<p>Nothing here</p>{% endblock %}</main>
<footer>{% block footer %}<p>Imprint</p>{% endblock %}</footer>
</body>
</html>
"""
SECTION_JINJA = """\
{% extends "base.html" %}
{% block title %}{{ section }} - {{ super() }}{% endblock %}
{% block nav %}{{ super() }}<a href="/{{ section }}">{{ section }}</a>{% endblock %}
{% block content %}<h1>{{ section }}</h1>{% block items %}{% endblock %}{% endblock %}
"""
PAGE_JINJA = """\
{% extends "section.html" %}
{% block title %}{{ title }} - {{ super() }}{% endblock %}
{% block nav %}{{ super() }}<b>{{ title }}</b>{% endblock %}
{% block items %}<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>{% endblock %}
{% block footer %}<p>{{ title }}</p>{{ super() }}{% endblock %}
"""

BASE_MAKO = """\
<html>
<head><%block name="head"><title><%block name="heading">Shop</%block></title></%block></head>
<body>
<nav><%block name="nav"><a href="/">Home</a></%block></nav>
<main><%block name="content"><p>Nothing here</p></%block></main>
<footer><%block name="footer"><p>Imprint</p></%block></footer>
</body>
</html>
"""
SECTION_MAKO = """\
<%inherit file="base.html"/>
<%block name="heading">${section} - ${parent.heading()}</%block>
<%block name="nav">${parent.nav()}<a href="/${section}">${section}</a></%block>
<%block name="content"><h1>${section}</h1><%block name="entries"></%block></%block>
"""
PAGE_MAKO = """\
<%inherit file="section.html"/>
<%block name="heading">${title} - ${parent.heading()}</%block>
<%block name="nav">${parent.nav()}<b>${title}</b></%block>
<%block name="entries"><ul>\\
% for item in items:
<li>${item}</li>\\
% endfor
</ul></%block>
<%block name="footer"><p>${title}</p>${parent.footer()}</%block>
"""


def by_hand(section: str, title: str, items: Sequence[str]) -> str:
    """The page by hand, its three levels already put together."""
    section, title = escape(section), escape(title)
    entries = "".join([f"<li>{escape(item)}</li>" for item in items])
    return (
        f"<html>\n<head><title>{title} - {section} - Shop</title></head>\n<body>\n"
        f'<nav><a href="/">Home</a><a href="/{section}">{section}</a><b>{title}</b></nav>\n'
        f"<main><h1>{section}</h1><ul>{entries}</ul></main>\n"
        f"<footer><p>{title}</p><p>Imprint</p></footer>\n</body>\n</html>\n"
    )


INHERITANCE = render_workload(
    "inheritance",
    "three-level inheritance with super",
    Page(
        entry="page.html",
        context={
            "section": "Books",
            "title": "Crime & Law",
            "items": ["One", "Two", "Three <3", "Four", "Five"],
        },
        jinja={"base.html": BASE_JINJA, "section.html": SECTION_JINJA, "page.html": PAGE_JINJA},
        mako={"base.html": BASE_MAKO, "section.html": SECTION_MAKO, "page.html": PAGE_MAKO},
        chameleon={},
        cannot={"chameleon": "its slots have no super(): a filled slot cannot reach the content it replaces"},
        by_hand=by_hand,
    ),
)
