"""What the error view tells of an exception, as a plain value: nothing here draws, and nothing knows of IPython."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

import kida
from kida.errors import did_you_mean
from kida_jupyter.views.causes import Cause, causes_of
from kida_jupyter.views.excerpt import SourceLine, lines_of
from kida_jupyter.views.python_frames import PythonStep, called_from, python_steps, short_file_name
from kida_jupyter.views.values import Variable, is_data, labels_of, short

_ENGINE_NOTE: Final = "in template "
"""The engine's note of where a foreign exception happened begins so; the view tells the same at length."""
_PASS_IT: Final = "Pass "
"""The engine's hint for a variable that is missing begins so: it knows nothing of notebooks."""
_NEAR: Final = 0.75
"""How alike two names must be for one to be a slip of the pen."""
_WORDS: Final = {
    "macro": "in macro",
    "block": "in block",
    "include": "in included template",
    "slot": "in slot",
}
_NAMED: Final = frozenset(("macro", "block", "slot"))
_MAX_VARIABLES: Final = 12
_FIRST_SHOWN: Final = 4
_LAST_SHOWN: Final = 8
"""Of a long chain, a recursion mostly, its beginning and its end are shown."""
_LONGEST_CIRCLE: Final = 20
"""Steps of a circle, of templates that include each other, that is told once."""
_FEWEST_TURNS: Final = 4
"""Times that steps come in a row before those in the middle are left out."""
_MAX_MESSAGE: Final = 2_000
"""Characters of a message: some hold the whole of what they complain about."""
_MAX_CELLS: Final = 8
"""Named cells that are listed where a template is missing."""
_MISSING: Final = (kida.ErrorCode.UNDEFINED_ATTRIBUTE, kida.ErrorCode.UNDEFINED_ITEM)
_PART: Final = re.compile(r"""([^\W\d]\w*)(?:\.(\w+)|\[(["'])(.*?)\3\])""")
"""A part of a variable: ``table.column``, ``table["column"]``."""
_NAME: Final = re.compile(r"(?<![\w.])[^\W\d]\w*")

Link = Callable[[str | None, str | None], str | None]
"""Where a front end shows a template of a name and a file: an address for a link, or ``None``."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the notebook adds: how it calls Python's files, its variables, its named cells, and where those are."""

    file_name: Callable[[str], str] = short_file_name
    link: Link = lambda name, filename: None
    variables: Mapping[str, Any] = field(default_factory=dict)
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A step of the chain through templates.

    ``words`` and ``name`` say what it is (``in macro``, ``card``); ``place`` where, ``components.html 4:12``; ``lines``
    are the source around it, and ``drawn`` the same as the engine draws it. ``skipped`` steps before it are left out;
    where those before them came so many more ``times``, they are the same.
    """

    words: str
    name: str | None
    place: str
    lines: tuple[SourceLine, ...]
    drawn: str
    variables: tuple[Variable, ...] = ()
    more_variables: int = 0
    iteration: str | None = None
    called_from: str | None = None
    link: str | None = None
    skipped: int = 0
    times: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One more syntax error of the same template."""

    headline: str
    code: str
    frame: Frame
    suggestion: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An exception that passed through templates: what people need to find and mend it, in the order they are shown.

    ``lead`` says what it is to another exception that is shown above it; ``kind`` is the exception's type; ``frames`` are outermost first; ``python`` are the steps of the user's own
    functions that templates called, ``folded`` the number of those in libraries; ``callers`` the user's lines that
    called the engine; ``others`` further syntax errors in the same template; ``causes`` what led to the exception.
    """

    kind: str
    message: str
    code: str | None = None
    suggestion: str | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    callers: tuple[PythonStep, ...] = ()
    frames: tuple[Frame, ...] = ()
    python: tuple[PythonStep, ...] = ()
    folded: int = 0
    others: tuple[Problem, ...] = ()
    causes: tuple[Cause, ...] = ()
    lead: str | None = None

    @property
    def headline(self) -> str:
        """The type and the message; the type alone where there is none."""
        return f"{self.kind}: {self.message}" if self.message else self.kind

    @property
    def in_a_line(self) -> str:
        """The headline and the innermost place, without line ends."""
        text = f"{self.code} {self.headline}" if self.code else self.headline
        if self.frames:
            frame = self.frames[-1]
            text += f" ({frame.words}{f' {frame.name}' if frame.name else ''} at {frame.place})"
        return " ".join(text.split())


def report_of(error: BaseException, around: Surroundings | None = None) -> ErrorReport:
    """The report of an exception.

    Parameters: ``error``, also one that passed through no template; ``around``, what the notebook adds.
    """
    around = around or Surroundings()
    steps = kida.trace_of(error).frames
    python, folded = python_steps(steps, around.file_name, around.link)
    report = ErrorReport(
        type(error).__name__,
        message_of(error),
        notes=tuple(_notes(error)),
        callers=called_from(error, around.file_name, around.link),
        frames=_chain([step for step in steps if step.kind != "python"], around),
        python=python,
        folded=folded,
        causes=causes_of(error, message_of, around.file_name),
    )
    if isinstance(error, kida.TemplateError):
        return _with_details(report, error, steps, around)
    return _with_undefined(report, error, steps, around)


def message_of(error: BaseException) -> str:
    """What an exception says, without the place that the view shows anyway."""
    try:
        text = error.message if isinstance(error, kida.TemplateError) else str(error)
    except Exception:
        return "(its message cannot be shown)"
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}… ({len(text):,} characters)"


def _with_undefined(
    report: ErrorReport, error: BaseException, steps: Sequence[kida.TemplateFrame], around: Surroundings
) -> ErrorReport:
    """Where Python's own functions were given what is undefined, and complain of something else: its name."""
    of_template = _templates_own(steps)
    if not isinstance(error, (TypeError, AttributeError, ValueError)) or not of_template:
        return report
    values = _values(of_template[-1])
    missing = [name for name in _used_names(of_template[-1]) if isinstance(values.get(name), kida.Undefined)]
    if not missing:
        return report
    known = [name for name, value in values.items() if not isinstance(value, kida.Undefined)]
    near = get_close_matches(missing[0], [*known, *around.variables], n=1, cutoff=_NEAR)
    hint = f"{', '.join(map(repr, missing))} {'is' if len(missing) == 1 else 'are'} undefined"
    return replace(report, hint=hint, suggestion=near[0] if near else None)


def _nearest_part(error: kida.TemplateError, steps: Sequence[kida.TemplateFrame]) -> str | None:
    """The column or label nearest to the one that a table, or a row of one, does not have."""
    of_template = _templates_own(steps)
    asked = _PART.fullmatch(" ".join(_marked(of_template[-1])) if of_template else "")
    if asked is None:
        return None
    owner, attribute, _, item = asked.groups()
    value = _values(of_template[-1]).get(owner)
    return did_you_mean(attribute or item, labels_of(value))


def _templates_own(steps: Sequence[kida.TemplateFrame]) -> list[kida.TemplateFrame]:
    return [step for step in steps if step.kind != "python"]


def _marked(step: kida.TemplateFrame) -> list[str]:
    return [line.marked for line in lines_of(step.snippet or "", step.region) if line.marked]


def _used_names(step: kida.TemplateFrame) -> list[str]:
    return list(dict.fromkeys(_NAME.findall(" ".join(_marked(step)))))


def _with_details(
    report: ErrorReport,
    error: kida.TemplateError,
    steps: Sequence[kida.TemplateFrame],
    around: Surroundings,
) -> ErrorReport:
    """What only the engine's own errors have: a code, a hint, a place besides the chain."""
    frames = report.frames
    others: tuple[Problem, ...] = ()
    if isinstance(error, kida.TemplateSyntaxError):
        others = tuple(_problem(other, around) for other in error.others)
    if isinstance(error, kida.TemplateSyntaxError) or not frames:
        own = _own_place(error, around)
        if own is not None:
            frames = (*frames, replace(own, called_from=frames[-1].place if frames else None))
    suggestion, hint = error.suggestion, error.hint
    missing = error.missing_name
    if missing is not None:
        frames = _without(frames, missing)
        if suggestion is None and (hint is None or hint.startswith(_PASS_IT)):
            hint = _from_variables(missing, around.variables) or hint
    # with a name that was perhaps meant, or without: one line besides where it was searched
    cells = around.cells if isinstance(error, kida.TemplateNotFoundError) and suggestion is None else ()
    if suggestion is None and error.code in _MISSING:
        suggestion = _nearest_part(error, steps)
    return replace(
        report,
        code=error.code.value,
        suggestion=suggestion,
        hint=hint,
        cells=(*cells[:_MAX_CELLS], "…") if len(cells) > _MAX_CELLS else cells,
        frames=frames,
        others=others,
    )


def _without(frames: tuple[Frame, ...], missing: str) -> tuple[Frame, ...]:
    """The frames without the variable that the message says is undefined."""
    if not frames:
        return frames
    kept = tuple(variable for variable in frames[-1].variables if variable.name != missing)
    return (*frames[:-1], replace(frames[-1], variables=kept))


def _from_variables(missing: str, variables: Mapping[str, Any]) -> str | None:
    """A hint for a name that was not given to a template, from the notebook's variables."""
    if missing in variables:
        return f"the notebook has a variable {missing!r}: pass it to render(), as {missing}={missing}"
    near = get_close_matches(missing, list(variables), n=1, cutoff=_NEAR)
    return f"the notebook has a variable {near[0]!r}, which the template was not given" if near else None


def _problem(error: kida.TemplateSyntaxError, around: Surroundings) -> Problem:
    frame = _own_place(error, around)
    assert frame is not None  # a syntax error always has its place
    return Problem(error.message, error.code.value, frame, error.suggestion, error.hint)


def _own_place(error: kida.TemplateError, around: Surroundings) -> Frame | None:
    """The place that an error was made with."""
    region = error.region
    if region is None:
        return None
    drawn = error.source_snippet or ""
    name = error.template or error.filename or "<template>"
    return Frame(
        "in template",
        None,
        f"{_one_line(name)} {region.line}:{region.column + 1}",
        lines_of(drawn, region),
        drawn,
        link=around.link(error.template, error.filename),
    )


def _notes(error: BaseException) -> Iterator[str]:
    for note in getattr(error, "__notes__", ()):
        if type(note) is str and not note.startswith(_ENGINE_NOTE):
            yield note


def _chain(steps: list[kida.TemplateFrame], around: Surroundings) -> tuple[Frame, ...]:
    """The steps that are shown, each knowing the one that called it."""
    shown = _folded([(step.kind, step.name, step.template, step.line, step.column) for step in steps])
    if len(shown) > _FIRST_SHOWN + _LAST_SHOWN + 1:
        first, last = shown[:_FIRST_SHOWN], shown[-_LAST_SHOWN:]
        shown = [*first, (last[0][0], 0), *last[1:]]
    frames: list[Frame] = []
    before = -1
    for number, times in shown:
        frame = _frame(steps[number], around)
        if number:
            frame = replace(frame, called_from=_place(steps[number - 1]))
        frames.append(replace(frame, skipped=number - before - 1, times=times))
        before = number
    return tuple(frames)


def _folded(steps: Sequence[object]) -> list[tuple[int, int]]:
    """The numbers of the steps to show, each with how many times more those before it came.

    Of steps that come again and again in the same order, the first and the last turn are shown.
    """
    shown: list[tuple[int, int]] = []
    at = 0
    while at < len(steps):
        turns, length = next(
            (found for found in _circles(steps, at) if found[0] >= _FEWEST_TURNS),
            (1, 1),
        )
        last = at + (turns - 1) * length
        shown += [(number, 0) for number in range(at, at + length)]
        if turns > 1:
            shown += [(number, turns - 2 if number == last else 0) for number in range(last, last + length)]
        at = last + length
    return shown


def _circles(steps: Sequence[object], at: int) -> Iterator[tuple[int, int]]:
    """How often the next steps come in a row, for each number of steps."""
    for length in range(1, _LONGEST_CIRCLE + 1):
        turns = 1
        while steps[at : at + length] == steps[at + turns * length : at + (turns + 1) * length]:
            turns += 1
        yield turns, length


def _frame(step: kida.TemplateFrame, around: Surroundings) -> Frame:
    drawn = step.snippet or ""
    lines = lines_of(drawn, step.region)
    values = _values(step)
    shown, more = _variables(values, " ".join(line.marked for line in lines))
    return Frame(
        "in the body of a call" if step.kind == "caller" else _WORDS.get(step.kind, "in template"),
        step.name if step.kind in _NAMED else None,
        _place(step),
        lines,
        drawn,
        shown,
        more,
        _iteration(step),
        link=around.link(step.template, step.filename),
    )


def _values(step: kida.TemplateFrame) -> dict[str, Any]:
    try:
        return step.locals()
    except Exception:
        return {}  # a view without variables says more than an error about an error


def _variables(values: dict[str, Any], failed: str) -> tuple[tuple[Variable, ...], int]:
    """The variables worth showing, those of the failing expression first, and how many more there are."""
    used = dict.fromkeys(_NAME.findall(failed))
    names: Iterable[str] = dict.fromkeys((*(name for name in used if name in values), *values))
    known = [
        name
        for name in names
        if name != "loop"
        and is_data(values[name])
        and (name in used or not isinstance(values[name], kida.Undefined))
    ]
    shown = tuple(Variable(name, short(values[name])) for name in islice(known, _MAX_VARIABLES))
    return shown, len(known) - len(shown)


def _iteration(step: kida.TemplateFrame) -> str | None:
    """Which turn of the loops around it is; not of how many, as to find out may mean to read all that a loop runs over."""
    try:
        turns = [turn for turn in step.loops() if turn.index is not None]
    except Exception:
        return None  # as with the variables
    if len(turns) == 1:
        return f"iteration {turns[0].index}"
    return ", ".join(f"iteration {turn.index} over {turn.target}" for turn in turns) or None


def _place(step: kida.TemplateFrame) -> str:
    column = "" if step.column is None else f":{step.column + 1}"
    return f"{_one_line(step.display_name)} {step.line}{column}"


def _one_line(text: str) -> str:
    return " ".join(text.split()) or text
