"""Reads language cases: plain files, laid out as README.md in this folder says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

CASES_ROOT = Path(__file__).parent
UNFILLED = "CODE?"
"""What an error section holds before somebody has looked at the engine's drawing of it."""

_MARKER = re.compile(r"--- (\S+)\Z")
_SHIELDED = re.compile(r"\\+---")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([rnt\\]))")
_LETTERS = MappingProxyType({"r": "\r", "n": "\n", "t": "\t", "\\": "\\"})
_UNREADABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]|[ \t]+$", re.MULTILINE)
_SETTINGS = frozenset({"context", "options", "fixtures", "jinja2", "raises", "at", "async", "escapes"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error must point: a template, a line counted from 1, and the text that is underlined."""

    template: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One file: what is rendered, under which options, and the answer that is expected."""

    path: Path
    why: str
    settings: Mapping[str, Any]
    templates: Mapping[str, str]
    kind: Literal["result", "error"]
    expected: str
    context: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    fixtures: tuple[str, ...] = ()
    jinja2: bool | str = True
    raises: str | None = None
    at: Place | None = None
    is_async: bool | None = None
    escapes: bool = False

    @property
    def name(self) -> str:
        """The path below the cases' root without its suffix: `filters/join/attribute`."""
        return self.path.relative_to(CASES_ROOT).with_suffix("").as_posix()

    @property
    def main(self) -> str:
        """The name of the template that is rendered: the first one in the file."""
        return next(iter(self.templates))


def case_paths(root: Path = CASES_ROOT) -> list[Path]:
    """The files of all cases below `root`, in a stable order."""
    if root.is_file():
        return [root.resolve()]
    return sorted(path.resolve() for path in root.rglob("*.txt"))


def read_case(path: Path) -> Case:
    """The case in the file at `path`; ValueError, with the path, for a file that is not laid out as a case."""
    with path.open(encoding="utf-8", newline="") as file:
        return parse_case(path, file.read())


def parse_case(path: Path, text: str) -> Case:
    """The case that `text` spells; `path` names it. Raises ValueError for anything that is not a case."""
    head, sections = _split(text)
    why, settings = _parse_head(path, head)
    names = [name for name, _ in sections]
    if len(set(names)) != len(names) or len(names) < 2 or names[-1] not in {"result", "error"}:
        raise ValueError(f"{path}: wants templates under names of their own, then a result or an error")
    if names[-1] == "error" and "raises" not in settings:
        raise ValueError(f'{path}: an error case says in "raises" which class it expects')
    escapes = bool(settings.get("escapes", False))
    contents = {name: _unescape(content) if escapes else content for name, content in sections}
    kind: Literal["result", "error"] = "result" if names[-1] == "result" else "error"
    expected = contents.pop(kind)
    return Case(
        path=path,
        why=why,
        settings=settings,
        templates=contents,
        kind=kind,
        expected=expected,
        context=settings.get("context", {}),
        options=settings.get("options", {}),
        fixtures=tuple(settings.get("fixtures", ())),
        jinja2=settings.get("jinja2", True),
        raises=settings.get("raises"),
        at=Place(*settings["at"]) if "at" in settings else None,
        is_async=settings.get("async"),
        escapes=escapes,
    )


def write_case(
    path: Path,
    why: str,
    settings: Mapping[str, Any],
    templates: Mapping[str, str],
    kind: Literal["result", "error"],
    expected: str,
) -> str:
    """The text of a case file; `parse_case` reads the same values back from it.

    Turns "escapes" on where a section holds characters that an editor would hide or change.
    """
    sections = {**templates, kind: expected}
    settings = dict(settings)
    if any(_UNREADABLE.search(content) for content in sections.values()):
        settings["escapes"] = True
    lines = [why, *_write_settings(settings)]
    for name, content in sections.items():
        lines.append(f"--- {name}")
        if content:
            written = _escape(content) if settings.get("escapes") else content
            lines += [_shield(line) for line in written.split("\n")]
    text = "\n".join(lines) + "\n"
    back = parse_case(path, text)
    if (dict(back.templates), back.expected) != (dict(templates), expected):
        raise ValueError(f"{path}: cannot be written as a case")
    return text


def _split(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The head's lines, and each section's name and content, in the file's order."""
    lines = text.removesuffix("\n").split("\n")
    head: list[str] = []
    sections: list[tuple[str, list[str]]] = []
    current = head
    for line in lines:
        marker = _MARKER.match(line)
        if marker:
            current = []
            sections.append((marker[1], current))
        else:
            current.append(line[1:] if _SHIELDED.match(line) else line)
    return head, [(name, "\n".join(content)) for name, content in sections]


def _parse_head(path: Path, lines: list[str]) -> tuple[str, dict[str, Any]]:
    start = next((number for number, line in enumerate(lines) if line.startswith("{")), len(lines))
    why = "\n".join(lines[:start]).strip()
    settings = json.loads("\n".join(lines[start:])) if start < len(lines) else {}
    if not why:
        raise ValueError(f"{path}: says first, in a sentence, what it pins")
    unknown = set(settings) - _SETTINGS
    if unknown:
        raise ValueError(f"{path}: unknown settings {sorted(unknown)}")
    return why, settings


def _write_settings(settings: Mapping[str, Any]) -> list[str]:
    if not settings:
        return []
    whole = json.dumps(settings, ensure_ascii=False)
    if len(whole) <= 100 and "\\u" not in whole:
        return [whole]
    pairs = [f"  {json.dumps(key)}: {_write_json(value)}" for key, value in settings.items()]
    return ["{", *[pair + "," for pair in pairs[:-1]], pairs[-1], "}"]


def _write_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if _UNREADABLE.search(text) else text


def _shield(line: str) -> str:
    return "\\" + line if _MARKER.match(line) or _SHIELDED.match(line) else line


def _unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        return chr(int(code, 16)) if code else _LETTERS[match[4]]

    return _ESCAPE.sub(character, text)


def _escape(text: str) -> str:
    def written(match: re.Match[str]) -> str:
        return "".join(_spell(character) for character in match[0])

    return _UNREADABLE.sub(written, text.replace("\\", "\\\\"))


def _spell(character: str) -> str:
    for letter, meaning in _LETTERS.items():
        if character == meaning:
            return "\\" + letter
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
