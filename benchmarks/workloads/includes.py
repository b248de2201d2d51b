"""A small template included in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model import Page, render_workload

from workloads.escaping import escape

COMMENTS = 100


@dataclass(frozen=True)
class Comment:
    """What the included template shows."""

    author: str
    text: str


ALL_COMMENTS = [Comment(f"author {number}", f"{number} > {number - 1}") for number in range(COMMENTS)]


def comment_by_hand(comment: Comment) -> str:
    """The included part by hand."""
    return f"<li><b>{escape(comment.author)}</b> {escape(comment.text)}</li>\n"


def by_hand(comments: Sequence[Comment]) -> str:
    """The page by hand."""
    return f"<ul>\n{''.join([comment_by_hand(comment) for comment in comments])}</ul>\n"


INCLUDES = render_workload(
    "includes",
    f"include in a loop, {COMMENTS} times",
    Page(
        entry="page.html",
        context={"comments": ALL_COMMENTS},
        jinja={
            "page.html": """\
<ul>
{% for comment in comments %}
{% include "comment.html" %}
{% endfor %}
</ul>
""",
            "comment.html": "<li><b>{{ comment.author }}</b> {{ comment.text }}</li>\n",
        },
        mako={
            "page.html": """\
<ul>
% for comment in comments:
<%include file="comment.html" args="comment=comment"/>\\
% endfor
</ul>
""",
            "comment.html": """\
<%page args="comment"/><li><b>${comment.author}</b> ${comment.text}</li>
""",
        },
        chameleon={
            "page.html": """\
<ul>
<tal:comment repeat="comment comments"><metal:comment use-macro="load: comment.html" /></tal:comment>
</ul>
""",
            "comment.html": "<li><b>${comment.author}</b> ${comment.text}</li>\n",
        },
        by_hand=by_hand,
    ),
)
