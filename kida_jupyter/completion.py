"""Completion in ``%%kida`` cells and on ``%kida`` lines, for every front end that asks IPython's completer.

A matcher among ``IPCompleter.custom_matchers`` answers for those, and for nothing else
(https://ipython.readthedocs.io/en/stable/api/generated/IPython.core.completer.html).
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator"
# IPython's completer has no types.

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from IPython.core.completer import SimpleCompletion, context_matcher

from kida_jupyter.help.completing import Completions
from kida_jupyter.magics.help import completions_at

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext
    from IPython.core.interactiveshell import InteractiveShell

    from kida_jupyter.notebook import Notebook

_ID: Final = "kida_jupyter.completion"
_FIRST: Final = 1000
"""The priority of the matcher: what is asked first can keep others from being asked, Jedi most of all."""


class _Answer(Sequence[Any]):
    """Completions that may be none and still are the answer.

    IPython asks its other matchers where one has nothing, and takes the length for having something: within a
    template's text it would then offer Python's names and the files of the folder.
    """

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return max(1, len(self._items))

    def __iter__(self) -> Any:
        return iter(self._items)


def install(shell: InteractiveShell, notebook: Notebook) -> None:
    """Let a shell complete templates; a second time changes nothing."""
    completer: Any = shell.Completer
    if _installed(completer) is not None:
        return

    @context_matcher(identifier=_ID, priority=_FIRST)
    def match_template(context: CompletionContext) -> dict[str, Any]:
        cursor = _offset(context)
        found = completions_at(context.full_text, cursor, notebook)
        if found is None:
            return {"completions": []}
        return {
            "completions": _Answer(
                [SimpleCompletion(text=item.text, type=item.kind) for item in found.items]
            ),
            "matched_fragment": _fragment(context, found, cursor),
            "suppress": True,
            "ordered": True,
        }

    completer.custom_matchers.append(match_template)


def uninstall(shell: InteractiveShell) -> None:
    """Take the matcher from a shell again."""
    completer: Any = shell.Completer
    matcher = _installed(completer)
    if matcher is not None:
        completer.custom_matchers.remove(matcher)


def _installed(completer: Any) -> Any:
    for matcher in completer.custom_matchers:
        if getattr(matcher, "matcher_identifier", None) == _ID:
            return matcher
    return None


def _offset(context: CompletionContext) -> int:
    """Where the cursor is in the whole cell: IPython tells its line, and its column there."""
    lines = context.full_text.split("\n")[: context.cursor_line]
    return sum(len(line) + 1 for line in lines) + context.cursor_position


def _fragment(context: CompletionContext, found: Completions, cursor: int) -> str:
    """What is replaced: IPython's matchers replace what is before the cursor, and leave what is behind it."""
    return context.full_text[found.start : cursor]
