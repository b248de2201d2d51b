"""The smallest page: what a render costs before it does any work."""

from __future__ import annotations

from harness.model import Page, render_workload

from workloads.escaping import escape


def by_hand(name: str) -> str:
    """The page by hand."""
    return f"Hello {escape(name)}!"


ONE_LINE = render_workload(
    "one-line",
    "one-line template",
    Page(
        entry="page.html",
        context={"name": "World"},
        jinja={"page.html": "Hello {{ name }}!"},
        mako={"page.html": "Hello ${name}!"},
        chameleon={"page.html": "Hello ${name}!"},
        by_hand=by_hand,
    ),
)
