"""Which characters of a translated message are its variables'."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from kida.tracing.recording import Place

_CONVERSION: Final = re.compile(r"%(?:%|\((?P<name>[^)]*)\)[-#0 +]*\d*(?:\.\d+)?[hlL]?[a-zA-Z])")
"""What Python's ``%`` fills in, or a percent sign."""


def translated(
    text: str,
    message: Any,
    variables: Mapping[str, Any],
    places: Mapping[str, Place],
    written: Place,
    made: Place,
    told: tuple[Any, ...],
) -> list[Any]:
    """The events of a message: the text of each value is its own, the rest is the tag's.

    Parameters: ``text``, as it is written; ``message``, as it was found; ``variables``; ``places``, where each stands;
    ``written`` and ``made``, the tag's places; ``told``, of the whole text, where it is not the message with values
    filled in (a ``finalize`` may change it).
    """
    try:
        events = _pieces(message, variables, places, written, Markup if type(told[0]) is Markup else str)
    except (TypeError, ValueError):
        return [text, made, told]  # a message with a percent sign that is none of a variable's
    return events if "".join(events[::3]) == text else [text, made, told]


def _pieces(
    message: Any, variables: Mapping[str, Any], places: Mapping[str, Place], written: Place, kind: type[str]
) -> list[Any]:
    events: list[Any] = []
    at = 0
    plain = str(message)
    for found in _CONVERSION.finditer(plain):
        name = found["name"]
        if name is not None and name not in places:
            continue
        filled = kind(found[0]) % (() if name is None else variables)
        before = kind(plain[at : found.start()]) % variables
        events += (before, written, None, filled, written, None) if name is None else (
            before, written, None, filled, places[name], variables[name]
        )  # fmt: skip
        at = found.end()
    events += (kind(plain[at:]) % variables, written, None)
    return events
