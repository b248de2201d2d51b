"""What is wrong with a playground's templates, each with its exact place and, where one is known, what mends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import iscoroutine
from typing import Any, Final

import kida
from kida.source import Region, Source
from kida_jupyter.help.names import bound_at, bound_by
from kida_jupyter.help.operands import DOTS, PIPES
from kida_jupyter.help.scanning import Tag, Word, place_of, tags_of
from kida_jupyter.magics.options import nearest
from kida_jupyter.playground.messages import Fix, Problem
from kida_jupyter.playground.positions import Units, sendable
from kida_jupyter.playground.workshop import Workshop
from kida_jupyter.views.report import message_of

_QUOTED: Final = re.compile(r"'([^'\n]+)'")
_CALL: Final = re.compile(r"[\w.]+\([^()]*\)")
_GUARDS: Final = frozenset(("??", "??=", "is"))
_DEFAULTS: Final = frozenset(("default", "d"))


def syntax_problems(environment: kida.Environment, name: str, text: str) -> list[Problem]:
    """All that keeps a template from being compiled."""
    source = Source(text)
    return [
        _of_error(error, name, source, error.region)
        for error in environment.syntax_errors(text, name=name)
        if error.region is not None
    ]


def failure_problem(error: BaseException, workshop: Workshop) -> Problem | None:
    """Where a render failed: the innermost place in a template; ``None`` where it was in none."""
    if isinstance(error, kida.TemplateSyntaxError):
        name, region = error.template, error.region
    else:
        frame = kida.trace_of(error).innermost
        name, region = (None, None) if frame is None else (frame.template, frame.region)
    if name is None or region is None:
        return None
    text = workshop.text_of(name)
    return None if text is None else _of_error(error, name, Source(text), region)


def missing_problems(workshop: Workshop, missing: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """Names in the playground's templates that are nowhere, where nothing is said for that case.

    Parameters: ``workshop``; ``missing``, the names; ``known``, those that there are, for "did you mean".
    """
    missing, known = frozenset(missing), tuple(known)
    if not missing:
        return
    world = workshop.world({})
    delimiters = world.delimiters
    for name, text in workshop.texts.items():
        found: dict[str, list[Word]] = {}
        guarded: set[str] = set()
        for tag in tags_of(text, delimiters):
            for at, word in enumerate(tag.words):
                if word.kind != "name" or word.text not in missing or not _is_variable(tag, at):
                    continue
                if word.text in bound_by(tag):
                    continue  # the tag gives the name itself
                if _is_guarded(tag, at):
                    guarded.add(word.text)
                found.setdefault(word.text, []).append(word)
        for missed, words in found.items():
            if missed in guarded:
                continue
            near = nearest(missed, known)
            for word in words:
                # a name that is bound there is the template's own
                if missed in bound_at(place_of(text, word.start, delimiters), world.tags).names:
                    continue
                hint = f"did you mean {near}?" if near else "assign it in a cell, or override it here"
                yield _problem(name, text, word, "warning", f"{missed} is not there", hint, near)


def unknown_problems(workshop: Workshop) -> Iterator[Problem]:
    """Filters and tests that there are not, in branches that no render came to."""
    environment = workshop.environment
    delimiters = workshop.world({}).delimiters
    for name, text in workshop.texts.items():
        for tag in tags_of(text, delimiters):
            for at, word in enumerate(tag.words):
                kind = _function(tag, at) if word.kind == "name" else None
                known: Mapping[str, Any] = getattr(environment, f"{kind}s") if kind else {}
                if kind and word.text not in known:
                    near = nearest(word.text, known)
                    hint = f"did you mean {near}?" if near else None
                    yield _problem(
                        name, text, word, "warning", f"there is no {kind} named {word.text!r}", hint, near
                    )


def awaiting_problems(trace: kida.RenderTrace, workshop: Workshop) -> Iterator[Problem]:
    """Coroutines that were written, where what they come to was meant."""
    for seen in trace.values:
        name, (start, end), text = seen.part.template, seen.part.span, seen.part.source.text
        if seen.kind != "output" or not iscoroutine(seen.value) or name not in workshop.texts:
            continue
        units = Units(text)
        is_call = _CALL.fullmatch(text, start, end) is not None
        yield {
            "template": sendable(name),
            "from": units.at(start),
            "to": units.at(end),
            "severity": "warning",
            "message": sendable(
                f"{seen.value.__name__}() is asynchronous, and was written without being awaited"
            ),
            "hint": "await it",
            "fixes": [_replacing(units, start, end, f"await {text[start:end]}")] if is_call else [],
        }


def without_repeats(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, of those at one place the first: what a render failed with goes before a warning of it."""
    found: list[Problem] = []
    for problem in problems:
        if all(
            problem["template"] != other["template"]
            or problem["to"] <= other["from"]
            or other["to"] <= problem["from"]
            for other in found
        ):
            found.append(problem)
    return found


def _of_error(error: BaseException, name: str, source: Source, region: Region) -> Problem:
    start = source.offset(min(region.line, source.line_count), region.column)
    end = source.offset(min(region.end_line, source.line_count), region.end_column)
    start, end = min(start, len(source.text)), min(end, len(source.text))
    units = Units(source.text)
    message, hint = message_of(error), getattr(error, "hint", None)
    suggestion = getattr(error, "suggestion", None)
    if not isinstance(error, kida.TemplateError):
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
    if suggestion:
        meant = f"did you mean {suggestion}?"
        hint = f"{meant} {hint}" if hint else meant
    wrong = _wrong_word(message, source.text, start, end)
    fixes = [_replacing(units, *wrong, suggestion)] if suggestion and wrong else []
    if wrong and isinstance(error, kida.UndefinedError):
        # what fails is the operation on what is not there; what is to be mended is the name
        start, end = wrong
    return {
        "template": sendable(name),
        "from": units.at(start),
        "to": units.at(end),
        "severity": "error",
        "message": sendable(message),
        "hint": None if hint is None else sendable(hint),
        "fixes": fixes,
    }


def _wrong_word(message: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the word stands that a message complains about, in a part of a template; it must stand there once."""
    # the last word that a message quotes is the wrong one: filter 'truncate' takes no argument 'lenght'
    for quoted in reversed(_QUOTED.findall(message)):
        places = [
            found.start() + start
            for found in re.finditer(rf"(?<!\w){re.escape(quoted)}(?!\w)", text[start:end])
        ]
        if len(places) == 1:
            return places[0], places[0] + len(quoted)
    return None


def _replacing(units: Units, start: int, end: int, text: str) -> Fix:
    return {
        "label": f"Replace with {sendable(text)}",
        "from": units.at(start),
        "to": units.at(end),
        "text": sendable(text),
    }


def _problem(
    name: str, text: str, word: Word, severity: Any, message: str, hint: str | None, near: str | None
) -> Problem:
    units = Units(text)
    return {
        "template": sendable(name),
        "from": units.at(word.start),
        "to": units.at(word.end),
        "severity": severity,
        "message": sendable(message),
        "hint": None if hint is None else sendable(hint),
        "fixes": [_replacing(units, word.start, word.end, near)] if near else [],
    }


def _is_variable(tag: Tag, at: int) -> bool:
    """Whether a word of a tag is read as a variable there."""
    if tag.kind == "tag" and at == 0:
        return False
    before = tag.words[at - 1].text if at else ""
    behind = tag.words[at + 1].text if at + 1 < len(tag.words) else ""
    return before not in DOTS and before not in PIPES and before != "is" and behind != "="


def _is_guarded(tag: Tag, at: int) -> bool:
    """Whether it is said what holds where a variable is not there."""
    behind = tag.words[at + 1 : at + 3]
    if not behind:
        return False
    if behind[0].text in PIPES:
        return len(behind) > 1 and behind[1].text in _DEFAULTS
    return behind[0].text in _GUARDS


def _function(tag: Tag, at: int) -> str | None:
    """``"filter"`` or ``"test"`` where a word of a tag is the name of one."""
    before = tag.words[at - 1].text if at else ""
    if before in PIPES:
        return None if tag.name == "case" else "filter"
    if before == "is" and tag.words[at].text != "not":
        return "test"
    if before == "not" and at > 1 and tag.words[at - 2].text == "is":
        return "test"
    return None
