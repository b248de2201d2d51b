"""The escaping of the code by hand: as little as can be done for text that is known to be `str`."""

from __future__ import annotations

from collections.abc import Callable

import markupsafe


def public_escape(text: str) -> str:
    """MarkupSafe's documented function, which builds a Markup object for each text."""
    return str(markupsafe.escape(text))


# The routine behind the public function, C where MarkupSafe was built with it. It builds no Markup object, which is
# most of the cost: a floor that left that in would be too high to measure engines against.
escape: Callable[[str], str] = getattr(markupsafe, "_escape_inner", public_escape)
