"""Whether two engines wrote the same text, up to differences that mean nothing.

The normalisation, whole:

- a run of white space counts as one space, and white space at both ends does not count;
- in HTML, white space next to a tag (before `<`, after `>`) does not count: engines differ in which line ends
  their tags swallow;
- in HTML, the references for the two quotes and the slash count as those characters: engines spell them
  differently (`&#34;`, `&quot;`, `&#x22;`), and some leave them alone where HTML allows it. `<`, `>` and `&` must
  have been escaped, and the same way, in each.
"""

from __future__ import annotations

import re

QUOTES = re.compile(r"&(?:#34|#x22|quot|#39|#x27|apos|#47|#x2f);", re.IGNORECASE)
QUOTE_OF = {
    "#34": '"',
    "#x22": '"',
    "quot": '"',
    "#39": "'",
    "#x27": "'",
    "apos": "'",
    "#47": "/",
    "#x2f": "/",
}
EXCERPT = 40


def normalise(text: str, *, markup: bool) -> str:
    """`text` with what does not count taken out, as this module's head says."""
    text = re.sub(r"\s+", " ", text).strip()
    if markup:
        text = re.sub(r" ?([<>]) ?", r"\1", text)
        text = QUOTES.sub(lambda match: QUOTE_OF[match[0][1:-1].lower()], text)
    return text


def first_difference(expected: str, got: str, *, markup: bool) -> str | None:
    """Where `got` leaves `expected`, both normalised, as a phrase for people; None where they agree."""
    expected, got = normalise(expected, markup=markup), normalise(got, markup=markup)
    if expected == got:
        return None
    pairs = enumerate(zip(expected, got, strict=False))
    at = next((index for index, (left, right) in pairs if left != right), min(len(expected), len(got)))
    start = max(0, at - EXCERPT // 2)
    return f"expected {expected[start : at + EXCERPT]!r}, got {got[start : at + EXCERPT]!r} (character {at})"
