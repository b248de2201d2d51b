"""The built-in globals: ``consume``, ``range``, ``dict``, ``lipsum``, ``cycler``, ``joiner`` and ``namespace``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from kida.runtime.ambient import consume
from kida.runtime.translation import translate


class Cycler:
    """Values by turns, moved on by hand: ``row.next()``.

    Parameters: the values. Raises ``RuntimeError`` without any.
    """

    __slots__ = ("items", "pos")

    def __init__(self, *items: Any) -> None:
        if not items:
            raise RuntimeError("at least one item has to be provided")
        self.items = items
        self.pos = 0

    @property
    def current(self) -> Any:
        """The value whose turn it is."""
        return self.items[self.pos]

    def next(self) -> Any:
        """The value whose turn it is; then it is the next one's."""
        item = self.items[self.pos]
        self.pos = (self.pos + 1) % len(self.items)
        return item

    __next__ = next  # noqa: A003 - the method above

    def reset(self) -> None:
        """Begin again with the first value."""
        self.pos = 0


class Joiner:
    """A separator that is left out the first time: called, it gives nothing, and from then on ``sep``."""

    __slots__ = ("sep", "used")

    def __init__(self, sep: str = ", ") -> None:
        self.sep = sep
        self.used = False

    def __call__(self) -> str:
        if self.used:
            return self.sep
        self.used = True
        return ""


class Namespace:
    """A value whose attributes a template may assign: ``{% set ns.found = true %}``.

    Parameters: those of ``dict``. A name set is found as an attribute and as an item. It has no methods, so
    that any name is free, and is no sequence and no mapping.
    """

    def __init__(*args: Any, **attributes: Any) -> None:
        # no named `self`: a template may have an attribute of that name
        args[0].__dict__.update(dict(*args[1:], **attributes))

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    # with items alone Python would take it for something to loop over
    __iter__ = None
    __contains__ = None

    def __repr__(self) -> str:
        return f"<Namespace {self.__dict__!r}>"


# Sentence rhythm of the filler text, in words; what Jinja2's text looks like.
_COMMA_EVERY = (3, 8)
_FULL_STOP_EVERY = (10, 20)

_FILLER_WORDS = tuple(
    """
    ab accipit ad aequor aestas ager altus amnis amor animus annus aqua arbor ardet ars aurum auster aut avis
    bonus brevis cadit caelum campus canit carmen casus cedit celer ceres clarus collis color cor crescit cum
    curat custos dat decus dies domus dulcis dum ego equus erat et ex fama felix fert fides finis flos flumen
    fons forma fortis frons fructus fuit gaudet gens gladius gratus grex herba hiems hora hortus humus iam ibi
    ignis imber in ira iter iubet labor lacus laetus lapis legit levis liber limen lingua litus locus longus
    ludit lumen luna lux magnus mane manet mare mater memor mensis mille mitis modus mons mora mos movet
    multus mundus navis nec nemus nomen nox nubes numen nunc olim omnis opus ora orbis otium panis par parvus
    pater pax per petit pinus plenus pluit poeta pons portus primus puer quies quod radix ramus regit res ripa
    risus rosa rursus saepe saxum sed semper sequor sermo sic sidus signum silva sol somnus sonat spes stella
    sub tacet tamen tellus tempus tenet terra tibi tot trans umbra unda urbs usus vallis ver verbum vertit via
    videt vigil vinum virens vita vivit vocat volat vox
    """.split()  # noqa: SIM905 - two hundred quoted words are no easier to read
)


def lipsum(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:
    """Filler text, different each time.

    Parameters: ``n``, how many paragraphs; ``html``, each in a ``<p>`` tag and the whole safe, or else parted
    by blank lines; ``min``, the fewest words of a paragraph; ``max``, one more than the most. Raises
    ``ValueError`` where ``max`` is not greater than ``min``.
    """
    from random import randrange

    paragraphs = [_paragraph(randrange(min, max), randrange) for _ in range(n)]
    if not html:
        return "\n\n".join(paragraphs)
    return Markup("\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))


def _paragraph(count: int, pick: Callable[[int, int], int]) -> str:
    words: list[str] = []
    previous = ""
    begins = True
    comma = pick(*_COMMA_EVERY)
    full_stop = pick(*_FULL_STOP_EVERY)
    for position in range(1, count + 1):
        word = previous
        while word == previous:
            word = _FILLER_WORDS[pick(0, len(_FILLER_WORDS))]
        previous = word
        written = word.capitalize() if begins else word
        begins = False
        if position == full_stop and position < count:
            written += "."
            begins = True
            full_stop = position + pick(*_FULL_STOP_EVERY)
            comma = position + pick(*_COMMA_EVERY)
        elif position == comma and position < count:
            written += ","
            comma = position + pick(*_COMMA_EVERY)
        words.append(written)
    return " ".join(words) + "."


GLOBALS: Mapping[str, Any] = MappingProxyType(
    {
        "_": translate,
        "consume": consume,
        "cycler": Cycler,
        "dict": dict,
        "joiner": Joiner,
        "lipsum": lipsum,
        "namespace": Namespace,
        "range": range,
    }
)
"""Each global by its name in templates. Read-only: an environment makes its own copy."""
