"""What the page is told of a render: plain functions, from what came of it to the `Result` that is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import kida
from kida_jupyter.playground.messages import Cut, Early, Failure, Problem, Provenance, Result, Variable
from kida_jupyter.playground.positions import Units, sendable
from kida_jupyter.playground.provenance import provenance_of

MOST_SHOWN: Final = 300_000
"""Characters of an output that are sent to the page at once; the rest is sent when it is asked for."""


LARGE: Final = 5_000
"""Characters of an output that take so long to be told of whole that it is worth telling of the output before."""


def early_result(edition: int, trace: kida.RenderTrace, seconds: float, *, most: int = MOST_SHOWN) -> Early:
    """What comes before `good_result`, of the same arguments."""
    output, cut = _shown(trace, Units(trace.output), most)
    return {"edition": edition, "output": output, "seconds": seconds, "cut": cut}


def empty_result() -> Result:
    """The result before there is any."""
    return {
        "edition": 0,
        "ok": True,
        "lastGood": None,
        "output": "",
        "seconds": 0.0,
        "error": None,
        "problems": [],
        "context": [],
        "cut": None,
        **_nothing(),
    }


def good_result(
    edition: int,
    trace: kida.RenderTrace,
    seconds: float,
    problems: Iterable[Problem],
    context: Iterable[Variable],
    *,
    most: int = MOST_SHOWN,
) -> Result:
    """The result of a render that came to its end.

    Parameters: ``edition``, what was rendered; ``trace``, ``seconds``; ``problems``, warnings; ``context``, what was
    read; ``most``, the characters of the output that are sent.
    """
    units = Units(trace.output)
    output, cut = _shown(trace, units, most)
    return {
        "edition": edition,
        "ok": True,
        "lastGood": edition,
        "output": output,
        "seconds": seconds,
        "error": None,
        "problems": list(problems),
        "context": list(context),
        "cut": cut,
        **provenance_of(trace, units, min(len(trace.output), most)),
    }


def failed_result(
    last: Result,
    edition: int,
    seconds: float,
    error: Failure,
    problems: Iterable[Problem],
    context: Iterable[Variable] | None,
) -> Result:
    """The result of a render that failed: the output and all about it stay those of the last one that did not.

    Parameters: ``last``, the result before; ``edition``, ``seconds``, ``error``, ``problems``; ``context``, what was
    read until then, ``None`` where nothing was rendered.
    """
    return {
        **last,
        "edition": edition,
        "ok": False,
        "seconds": seconds,
        "error": error,
        "problems": list(problems),
        "context": last["context"] if context is None else list(context),
    }


def _shown(trace: kida.RenderTrace, units: Units, most: int) -> tuple[str, Cut | None]:
    """As much of an output as is sent, and what is said of the rest."""
    output = trace.output
    cut: Cut | None = None
    if most < len(output):
        cut = {"shown": units.at(most), "whole": units.length}
    return sendable(output[:most]), cut


def _nothing() -> Provenance:
    return {"templates": [], "spans": [], "chains": [], "segments": [], "values": [], "calls": []}
