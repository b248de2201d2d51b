"""How delimiters look: custom ones, trim marks, white space within them, line statements and comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .choices import Choices
from .productions import Mark


@dataclass(frozen=True, slots=True)
class Spelling:
    """One set of delimiters, and the environment options that announce it."""

    block: tuple[str, str] = ("{%", "%}")
    variable: tuple[str, str] = ("{{", "}}")
    comment: tuple[str, str] = ("{#", "#}")
    line_statement: str | None = None
    line_comment: str | None = None

    @property
    def options(self) -> Mapping[str, str]:
        options: dict[str, str] = {}
        for name in ("block", "variable", "comment"):
            pair = getattr(self, name)
            if pair != getattr(PLAIN, name):
                options[f"{name}_start_string"], options[f"{name}_end_string"] = pair
        if self.line_statement:
            options["line_statement_prefix"] = self.line_statement
        if self.line_comment:
            options["line_comment_prefix"] = self.line_comment
        return MappingProxyType(options)


PLAIN = Spelling()
_COLON_TAGS = frozenset({"for", "if", "elif", "else", "macro", "call", "filter", "block", "autoescape"})
SYNTAXES = (
    PLAIN,
    PLAIN,
    Spelling(line_statement="#"),
    Spelling(line_statement="%", line_comment="##"),
    Spelling(line_statement="%%", line_comment="//"),
    Spelling(line_comment="##"),
    Spelling(("<%", "%>"), ("${", "}"), ("<%#", "%>")),
    Spelling(("<?", "?>"), ("<<", ">>"), ("<!--", "-->")),
    Spelling(("((*", "*))"), ("(((", ")))"), ("((=", "=))"), line_statement="%-", line_comment="%#"),
    Spelling(("[%", "%]"), ("[[", "]]"), ("[#", "#]")),
    Spelling(("{%", "%}"), ("{%=", "=%}"), ("{%#", "#%}")),
    Spelling(("{", "}"), ("{{", "}}"), ("{#", "#}")),
    Spelling(("@@", "@@"), ("@=", "=@"), ("@#", "#@")),
)


class Pen:
    """Writes one template's text; it remembers only whether it stands within a line statement."""

    __slots__ = ("_busy", "_choices", "_in_line", "_tag", "features", "out", "spelling")

    def __init__(self, choices: Choices, spelling: Spelling, busy: bool, features: set[str]) -> None:
        self._choices = choices
        self._busy = busy
        self._in_line = False
        self._tag = 0
        self.spelling = spelling
        self.features = features
        self.out: list[str] = []

    def write(self, text: str) -> None:
        self.out.append(text)

    def _space(self) -> str:
        number = self._choices.below(30)
        if number < 27:
            return " "
        self.features.add(("space none", "space newline", "space wide")[number - 27])
        return ("", "\n  ", "   ")[number - 27]

    def _trim(self, *, plus: bool) -> str:
        number = self._choices.below(8 if self._busy else 20)
        if number == 1 or (number == 3 and self._busy):
            self.features.add("trim -")
            return "-"
        if number == 2 and plus:
            self.features.add("trim +")
            return "+"
        return ""

    def mark(self, mark: Mark) -> None:
        """Write one delimiter, with its trim mark and its white space."""
        spelling = self.spelling
        if mark is Mark.OPEN_TAG:
            if spelling.line_statement and self._choices.below(2):
                self._open_line(spelling.line_statement)
            else:
                self.write(spelling.block[0] + self._trim(plus=True) + self._space())
            self._tag = len(self.out)
        elif mark is Mark.CLOSE_TAG:
            if self._in_line:
                self._in_line = False
                self.write(self._colon(10) + "\n")
            else:
                self.write(self._colon(300) + self._space() + self._trim(plus=True) + spelling.block[1])
        elif mark is Mark.OPEN_OUTPUT:
            self.write(spelling.variable[0] + self._trim(plus=False) + self._space())
        else:
            self.write(self._space() + self._trim(plus=False) + spelling.variable[1])

    def _colon(self, rarity: int) -> str:
        """Tags that have a body may end in a colon, as in Python."""
        word = "".join(self.out[self._tag :]).split(maxsplit=1)[:1]
        if word and word[0] in _COLON_TAGS and self._choices.below(rarity) == rarity - 1:
            self.features.add(f"colon after {word[0]}")
            return ":"
        return ""

    def _open_line(self, prefix: str) -> None:
        self._in_line = True
        self.features.add("line statement")
        before = "" if not self.out or self.out[-1].endswith("\n") else "\n"
        indent = ("", "  ", "\t")[self._choices.below(3)]
        self.write(before + indent + prefix + ("-" if self._choices.below(12) == 11 else "") + " ")

    def comment(self) -> None:
        """Write a comment, or a line comment where the spelling has one."""
        if self.spelling.line_comment and self._choices.below(2):
            self.features.add("line comment")
            self.write(
                (" ", "\n", "x ")[self._choices.below(3)] + self.spelling.line_comment + " note {{ n }}\n"
            )
            return
        self.features.add("comment")
        start, end = self.spelling.comment
        text = (" note ", "", " {{ n }} {% if %}\n ", "- -")[self._choices.below(4)]
        if any(mark in text for mark in (start, end)):
            text = " note "
        self.write(start + self._trim(plus=True) + text + self._trim(plus=True) + end)

    def raw(self) -> None:
        """Write a raw section; its delimiters cannot be line statements."""
        self.features.add("raw")
        start, end = self.spelling.block
        body = ("{{ n }}", "", " {% if x %} \n", "\n  {# c #}", "a\n")[self._choices.below(5)]
        opening = f"{start}{self._trim(plus=True)} raw {self._trim(plus=False)}{end}"
        self.write(opening + body + f"{start}{self._trim(plus=True)} endraw {self._trim(plus=True)}{end}")
