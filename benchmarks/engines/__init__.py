"""The engines of the comparison, in the order of the table's columns."""

from __future__ import annotations

from harness.model import Engine

from engines import by_hand, chameleon_adapter, jinja_family, mako_adapter, minijinja_adapter

ENGINES: tuple[Engine, ...] = (
    jinja_family.KIDA,
    jinja_family.JINJA2,
    mako_adapter.MAKO,
    minijinja_adapter.MINIJINJA,
    chameleon_adapter.CHAMELEON,
    by_hand.BY_HAND,
)
