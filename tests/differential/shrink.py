"""Makes a disagreement small: drops templates, tags with and without their bodies, tokens, context and options.

It works on the text, not on the generator's decisions, so that a report shows the least template, not the least luck.
A smaller case counts only when both engines still answer in the same way (text, or the same class of error).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

from .grammar import Case
from .oracle import Comparison

_CHUNKS = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|[^\s{<\[@(]+|\s|.",
    re.DOTALL,
)
_TOKENS = re.compile(r"\w+|\s+|'[^']*'|.", re.DOTALL)
_TAG = re.compile(r"\{%[-+]?\s*(\w+)")
_SIMPLER_VALUES = ("1", "'a'", "'<'", "[1]", "['a']", "{'a': 1}", "None")

Signature = tuple[str | None, str | None]


def signature(comparison: Comparison) -> Signature:
    """Say how the two engines disagree, apart from what they say."""
    return (comparison.jinja2.error, comparison.kida.error)


def shrink(
    comparison: Comparison, compare: Callable[[Case], Comparison], seconds: float = 20.0
) -> Comparison:
    """Return the smallest comparison found in the time given that still disagrees in the same way."""
    wanted = signature(comparison)
    deadline = monotonic() + seconds
    best = comparison
    changed = True
    while changed and monotonic() < deadline:
        changed = False
        for step in (_templates, _context, _options, _chunks, _pairs, _tokens, _context):
            again = True
            while again:
                again = False
                for candidate in step(best.case):
                    if monotonic() > deadline:
                        return best
                    tried = compare(candidate)
                    if not tried.agrees and signature(tried) == wanted:
                        best, again, changed = tried, True, True
                        break
    return best


def _with(case: Case, name: str, text: str) -> Case:
    return replace(case, templates={**case.templates, name: text})


def _templates(case: Case) -> Iterator[Case]:
    for name in case.templates:
        if name != case.main:
            others = {key: text for key, text in case.templates.items() if key != case.main}
            yield replace(case, main=name, templates=others)
    for name in case.templates:
        if name != case.main:
            yield replace(case, templates={key: text for key, text in case.templates.items() if key != name})
    for name in case.templates:
        if name != case.main and case.templates[name]:
            yield _with(case, name, "")


def _options(case: Case) -> Iterator[Case]:
    for name in case.options:
        if name != "autoescape" and not name.endswith("_string"):
            yield replace(case, options={key: value for key, value in case.options.items() if key != name})
    if any(name.endswith("_string") for name in case.options):
        yield _plain_delimiters(case)
    if case.options.get("autoescape"):
        yield replace(case, options={**case.options, "autoescape": False})
    if case.undefined != "Undefined":
        yield replace(case, undefined="Undefined")
    if case.finalize:
        yield replace(case, finalize=False)
    if case.is_async:
        yield replace(case, is_async=False)


def _plain_delimiters(case: Case) -> Case:
    options = case.options
    plain = {"block": ("{%", "%}"), "variable": ("{{", "}}"), "comment": ("{#", "#}")}
    templates = dict(case.templates)
    for kind, marks in plain.items():
        for side, mark in zip(("start", "end"), marks, strict=True):
            custom = str(options.get(f"{kind}_{side}_string", mark))
            templates = {name: text.replace(custom, mark) for name, text in templates.items()}
    kept = {name: value for name, value in options.items() if not name.endswith("_string")}
    return replace(case, templates=templates, options=kept)


def _chunks(case: Case) -> Iterator[Case]:
    for name, text in case.templates.items():
        yield from (_with(case, name, shorter) for shorter in _without_runs(_CHUNKS.findall(text)))


def _without_runs(parts: list[str]) -> Iterator[str]:
    """Drop runs of parts, long ones first."""
    length = len(parts)
    while length:
        for start in range(0, len(parts) - length + 1, max(1, length // 2)):
            yield "".join(parts[:start] + parts[start + length :])
        length //= 2


def _pairs(case: Case) -> Iterator[Case]:
    """Drop an opening tag together with its closing one, leaving the body; or the body, leaving the tags."""
    for name, text in case.templates.items():
        parts = _CHUNKS.findall(text)
        tags = [(at, match[1]) for at, part in enumerate(parts) if (match := _TAG.match(part))]
        for number, (start, tag) in enumerate(tags):
            depth = 0
            for end, other in tags[number:]:
                depth += (other == tag) - (other == f"end{tag}")
                if depth == 0 and end > start:
                    yield _with(case, name, "".join(parts[:start] + parts[end + 1 :]))
                    yield _with(
                        case, name, "".join(parts[:start] + parts[start + 1 : end] + parts[end + 1 :])
                    )
                    break


def _tokens(case: Case) -> Iterator[Case]:
    for name, text in case.templates.items():
        tokens = _TOKENS.findall(text)
        for length in (12, 8, 6, 5, 4, 3, 2, 1):
            for start in range(len(tokens) - length + 1):
                yield _with(case, name, "".join(tokens[:start] + tokens[start + length :]))


def _context(case: Case) -> Iterator[Case]:
    words = set(_TOKENS.findall("\n".join(case.templates.values())))
    mentioned = {name: value for name, value in case.context.items() if name in words}
    if len(mentioned) < len(case.context):
        yield replace(case, context=mentioned)
    if case.context:
        yield replace(case, context={})
    for name in case.context:
        yield replace(case, context={key: value for key, value in case.context.items() if key != name})
    for name, value in case.context.items():
        for simpler in _SIMPLER_VALUES:
            if len(simpler) < len(value):
                yield replace(case, context={**case.context, name: simpler})
