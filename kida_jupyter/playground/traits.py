"""The kinds of values that a playground's traits have, where those of traitlets are not enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets as t

from kida_jupyter.playground.reading import as_json, overrides_as_json, overrides_of_json


class Texts(dict[str, str]):
    """Templates by name, which cannot be changed in part: a part's change would go unnoticed."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            "set the templates as a whole: p.templates = {**p.templates, 'page.html': …}, or p.source = …"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


class Overrides(t.Dict):
    """Values by name, which go to the page as the texts of JSON. That 1 becomes 1.0, or true, is a change of them, too."""

    def __init__(self) -> None:
        super().__init__(key_trait=t.Unicode())
        self.tag(
            sync=True,
            to_json=overrides_as_json,
            from_json=lambda texts, widget: overrides_of_json(texts, getattr(widget, self.name or "")),
        )

    def set(self, obj: t.HasTraits, value: Any) -> None:
        """Set them, and tell of it: traitlets tells only of what is not equal to what was there."""
        name = self.name or ""
        before = getattr(obj, name)
        super().set(obj, value)
        after = getattr(obj, name)
        if _are_equal(before, after) and not _read_alike(before, after):
            obj.notify_change(t.Bunch(name=name, old=before, new=after, owner=obj, type="change"))


def _are_equal(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    try:
        return bool(before == after)
    except Exception:  # a value's own comparison
        return False


def _read_alike(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the same is written for equal values; of what is no plain data only the same object is sure to be."""
    return all(
        after[name] is value or ((text := as_json(value)) is not None and text == as_json(after[name]))
        for name, value in before.items()
    )
