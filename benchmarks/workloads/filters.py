"""Chains of filters; mako and chameleon write the same with Python's own methods, which is their idiom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model import Page, render_workload

from workloads.escaping import escape

PEOPLE = 100


@dataclass(frozen=True)
class Person:
    """A line of the list."""

    name: str
    tags: Sequence[str]
    nick: str | None
    score: float
    marks: Sequence[int]
    note: str


PERSONS = [
    Person(
        name=f"  ada lovelace the {'great' if number % 2 else 'wise'} ",
        tags=["r&d", "poetry", "algebra"],
        nick=None if number % 4 else f"Countess {number}",
        score=number * 1.2345,
        marks=[number % 7, 3, number % 5 + 1],
        note="first OF her kind",
    )
    for number in range(PEOPLE)
]

FILTERS_JINJA = """\
<ul>
{% for p in people %}
<li>{{ p.name|trim|title }} <b>{{ p.tags|sort|join(", ")|upper }}</b> {{ p.score|round(1) }} \
{{ p.nick|default("no name", true)|lower|replace(" ", "-") }} {{ p.marks|sort|first }}/{{ p.marks|length }} \
{{ p.note|capitalize }}</li>
{% endfor %}
</ul>
<p>{{ people|map(attribute="score")|sum|round(2) }} {{ people|map(attribute="note")|first|lower|upper|length }}</p>
"""
FILTERS_MAKO = """\
<ul>
% for p in people:
<li>${p.name.strip().title()} <b>${", ".join(sorted(p.tags)).upper()}</b> ${round(p.score, 1)} \\
${(p.nick or "no name").lower().replace(" ", "-")} ${sorted(p.marks)[0]}/${len(p.marks)} \\
${p.note.capitalize()}</li>
% endfor
</ul>
<p>${round(sum(p.score for p in people), 2)} ${len(people[0].note.lower().upper())}</p>
"""
FILTERS_CHAMELEON = """\
<tal:page><ul>
<li tal:repeat="p people">${p.name.strip().title()} <b>${', '.join(sorted(p.tags)).upper()}</b> ${round(p.score, 1)} \
${(p.nick or 'no name').lower().replace(' ', '-')} ${sorted(p.marks)[0]}/${len(p.marks)} \
${p.note.capitalize()}</li>
</ul>
<p>${round(sum(p.score for p in people), 2)} ${len(people[0].note.lower().upper())}</p></tal:page>
"""


def by_hand(people: Sequence[Person]) -> str:
    """The page by hand."""
    out = ["<ul>\n"]
    append = out.append
    for p in people:
        append(
            f"<li>{escape(p.name.strip().title())} <b>{escape(', '.join(sorted(p.tags)).upper())}</b> "
            f"{round(p.score, 1)} {escape((p.nick or 'no name').lower().replace(' ', '-'))} "
            f"{min(p.marks)}/{len(p.marks)} {escape(p.note.capitalize())}</li>\n"
        )
    append(
        f"</ul>\n<p>{round(sum([p.score for p in people]), 2)} {len(people[0].note.lower().upper())}</p>\n"
    )
    return "".join(out)


FILTER_CHAINS = render_workload(
    "filters",
    f"filter chains, {PEOPLE} lines of 14",
    Page(
        entry="page.html",
        context={"people": PERSONS},
        jinja={"page.html": FILTERS_JINJA},
        mako={"page.html": FILTERS_MAKO},
        chameleon={"page.html": FILTERS_CHAMELEON},
        by_hand=by_hand,
    ),
)
