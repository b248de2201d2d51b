"""The page's questions: what can be written at the cursor, what the word there is, what Python a template comes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import kida
from kida_jupyter.help.completing import complete
from kida_jupyter.help.explaining import explain
from kida_jupyter.help.resolving import World
from kida_jupyter.playground.messages import (
    Answer,
    Completion,
    Completions,
    Explanation,
    PythonCode,
    Whole,
)
from kida_jupyter.playground.positions import Units, plain_line_ends, sendable
from kida_jupyter.playground.python_code import python_of
from kida_jupyter.playground.workshop import Workshop
from kida_jupyter.views.report import message_of

_WORD: Final = re.compile(r"\w+")
_MOST_ITEMS: Final = 500
"""More completions than these nobody looks through."""


def answer(question: Any, workshop: Workshop, before: Mapping[str, Any], output: str) -> Answer | None:
    """The answer to a message of the page; ``None`` to one that is no question, or none that is known.

    Parameters: ``question``; ``workshop``; ``before``, variables that go before the notebook's; ``output``, the last
    good one.
    """
    if not isinstance(question, dict) or not isinstance(question.get("id"), str):
        return None
    match question:
        case {"type": "complete", "id": id, "offset": int(offset), "text": str(text)}:
            return _completions(id, text, offset, workshop.world(before))
        case {"type": "explain", "id": id, "offset": int(offset), "text": str(text)}:
            return _explanation(id, text, offset, workshop.world(before))
        case {"type": "python", "id": id, "template": str(name)}:
            return _python(id, name, workshop)
        case {"type": "whole", "id": id}:
            whole: Whole = {"type": "whole", "id": id, "output": sendable(output)}
            return whole
    return None


def _completions(id: str, text: str, offset: int, world: World) -> Completions:
    text = plain_line_ends(text)
    units = Units(text)
    found = complete(text, units.characters(offset), world)
    items: list[Completion] = [
        {
            "label": sendable(item.text),
            "kind": item.kind,
            "detail": sendable(item.detail) or None,
            "info": None,
            "apply": None,
        }
        for item in found.items[:_MOST_ITEMS]
    ]
    start, end = units.at(found.start), units.at(found.end)
    return {"type": "completions", "id": id, "from": start, "to": end, "items": items}


def _explanation(id: str, text: str, offset: int, world: World) -> Explanation:
    text = plain_line_ends(text)
    units = Units(text)
    cursor = units.characters(offset)
    told = explain(text, cursor, world)
    line = text.rfind("\n", 0, cursor) + 1
    start = end = cursor
    for word in _WORD.finditer(text, line):
        if word.start() > cursor:
            break
        if word.end() >= cursor:
            start, end = word.span()
            break
    return {
        "type": "explanation",
        "id": id,
        "from": units.at(start),
        "to": units.at(end),
        "text": sendable(told) if told else None,
    }


def _python(id: str, name: str, workshop: Workshop) -> PythonCode:
    try:
        text, lines = python_of(workshop.environment.get_template(name))
    except kida.TemplateError as error:
        place = (
            f"{error.template or name} {error.lineno}:{error.column + 1}: "
            if error.column is not None
            else ""
        )
        told = sendable(f"{place}{message_of(error)}")
        return {"type": "python", "id": id, "text": "", "lines": [], "error": told}
    return {"type": "python", "id": id, "text": sendable(text), "lines": lines, "error": None}
