"""Where texts stand in another that was made of them, by whatever a filter or a function did to them."""

from __future__ import annotations

from typing import Final

from kida.tracing.recording import Kept

_FEW: Final = 32
"""Texts whose order is found out by looking for each."""
_REACH: Final = 256
"""Characters that a filter may have put between two lines of a text that it took, for the second to be found again."""
_SURE: Final = 3
"""Characters of a line that is looked for behind others; shorter ones, found by chance, only behind space."""
_SHORT: Final = 1_000
"""Characters of a text that is looked for everywhere in another."""
_MOST_LOOKED_THROUGH: Final = 5_000_000
"""Characters to look through for texts whose order is not known, and for such as may have been found by chance."""


def survivor(line: str, text: str, at: int, end: int) -> tuple[int, str]:
    """Where a line, perhaps without the space around it, stands next in a range of a text; -1 where it does not."""
    behind = line.lstrip()
    best = -1, ""
    for part in dict.fromkeys((line, behind, line.rstrip(), behind.rstrip())):
        if not part:
            continue
        if len(part) >= _SURE and not part.isspace():
            found = text.find(part, at, min(end, at + _REACH + len(part)))
        else:
            ahead = text[at : min(end, at + _REACH)]
            starts = at, at + len(ahead) - len(ahead.lstrip())
            found = next((one for one in starts if text.startswith(part, one, end)), -1)
        if found >= 0 and (best[0] < 0 or found < best[0]):
            best = found, part
    return best


def may_be_found(kept: str, text: str) -> bool:
    """Whether a text that stands in another is likely to be no chance: a letter is in many."""
    return len(kept) > 1 or kept == text or not kept.isalnum()


def claims_of(text: str, candidates: list[Kept]) -> list[tuple[Kept, int]]:
    """Where texts stand in another, in its order; -1 for one that does not, before the next that does.

    A text that stands there once more than it was made may be another's, and is not told from it: it claims nothing.
    """
    candidates = [kept for kept in candidates if kept.text]
    if 1 < len(candidates) <= _FEW:  # those that a loop made are in order already
        candidates.sort(key=lambda kept: (text.find(kept.text) % (len(text) + 1), -len(kept.text)))
    while True:
        claims = _in_order(text, candidates)
        if claims is None:
            claims = _in_any_order(text, candidates)
        gaps: list[str] = []
        texts: set[str] = set()
        at = 0
        for kept, found in claims:
            if found >= 0:
                texts.add(kept.text)
                gaps.append(text[at:found])
                at = found + len(kept.text)
        unclaimed = "\n\0\n".join((*gaps, text[at:]))
        if not texts or len(texts) * len(unclaimed) > _MOST_LOOKED_THROUGH:
            return claims
        doubted = {one for one in texts if one in unclaimed}
        if not doubted:
            return claims
        candidates = [kept for kept in candidates if kept.text not in doubted]


def _in_order(text: str, candidates: list[Kept]) -> list[tuple[Kept, int]] | None:
    """Where texts stand in another, one behind the other; ``None`` where many do not."""
    claims: list[tuple[Kept, int]] = []
    at = lost = 0
    for kept in candidates:
        found = text.find(kept.text, at)
        claims.append((kept, found))
        if found >= 0:
            at = found + len(kept.text)
        else:
            lost += 1
            if lost > _FEW:
                return None
    return claims


def _in_any_order(text: str, candidates: list[Kept]) -> list[tuple[Kept, int]]:
    """Where texts stand in another that has them in an order of its own: found by their lengths, if those are few."""
    candidates = [kept for kept in candidates if len(kept.text) <= _SHORT]
    sizes = sorted({len(kept.text) for kept in candidates}, reverse=True)
    if len(sizes) * len(text) > _MOST_LOOKED_THROUGH:
        return []
    left: dict[str, list[Kept]] = {}
    for kept in reversed(candidates):
        left.setdefault(kept.text, []).append(kept)
    claims: list[tuple[Kept, int]] = []
    at = 0
    while at < len(text):
        for size in sizes:
            found = left.get(text[at : at + size])
            if found:
                claims.append((found.pop(), at))
                at += size
                break
        else:
            at += 1
    return claims
