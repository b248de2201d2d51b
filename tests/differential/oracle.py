"""Renders one case with Jinja2, the oracle, and with Kida, and says where they disagree."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from traceback import walk_tb
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import jinja2

from .values import value_of

if TYPE_CHECKING:
    from .grammar import Case

JINJA2_EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.loopcontrols")
# One meaning, two names. Kida's MacroArgumentError is a TypeError, as which Jinja2's templates know it.
_NAMES = MappingProxyType(
    {
        "TemplateNotFoundError": "TemplateNotFound",
        "TemplateAssertionError": "TemplateSyntaxError",
        "MacroArgumentError": "TypeError",
    }
)
_INTERNAL_ERRORS = frozenset({"SyntaxError", "UnboundLocalError", "NameError"})
_INTERNAL_ASSERTION = "Tried to resolve a name to a reference"
# A filter or test that there is not, called with a keyword: what stands in for it in the compiled code takes none.
_INTERNAL_STAND_IN = re.compile(r"\bt_\d+\(\) got an unexpected keyword argument")


# Functions of Jinja2's public API for extensions; where rendering loads a template the second alone is in the traceback.
_COMPILING = frozenset({"compile", "as_const"})
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}", re.IGNORECASE)
_MODULE = re.compile(r"\b(?:jinja2|kida)(?:\.\w+)*\.(\w+ object)")
# Jinja2's built-in filters and tests refuse arguments as any Python function does; Kida says which filter it was.
_REFUSED_ARGUMENTS = re.compile(
    r"expected (?:length|leeway) >="
    r"|missing \d+ required positional argument"
    r"|takes (?:from )?\d+ (?:to \d+ )?positional arguments? but"
    r"|got an unexpected keyword argument"
    r"|expected (?:at (?:least|most) )?\d+ arguments?, got \d+"
)


def without_addresses(text: str) -> str:
    """Leave out what names an object by its place in memory, new in each render, or by an engine's module."""
    return _MODULE.sub(r"\1", _ADDRESS.sub("(an address)", text))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an engine answered: text, or the class of an error (and its message, which is not compared)."""

    text: str = ""
    error: str | None = None
    message: str = ""
    compiling: bool = False

    @property
    def oracle_broke(self) -> bool:
        """Whether Jinja2 failed within itself, by an assertion or by code that Python refuses: no answer at all."""
        asserted = self.error == "AssertionError" and self.message.startswith(_INTERNAL_ASSERTION)
        stood_in = self.error == "TypeError" and _INTERNAL_STAND_IN.search(self.message)
        return bool(asserted or stood_in or self.error in _INTERNAL_ERRORS or self.folded)

    @property
    def folded(self) -> bool:
        """Whether Jinja2 raised an error of rendering while it compiled: it had evaluated an expression of constants,
        one that may never have been reached.
        """
        return self.compiling and self.error == "UndefinedError"

    def agrees(self, other: Outcome) -> bool:
        if self.error is not None or other.error is not None:
            return self.error == other.error or self._refuses_arguments_as(other) or self._indents_as(other)
        return self.text == other.text or without_addresses(self.text) == without_addresses(other.text)

    def _indents_as(self, kida: Outcome) -> bool:
        """Whether both refuse to indent a list, which Jinja2 does by the attribute that a list has not."""
        return (self.error, kida.error) == ("AttributeError", "TypeError") and "splitlines" in self.message

    def _refuses_arguments_as(self, kida: Outcome) -> bool:
        refused = self.error in ("TypeError", "AssertionError") and _REFUSED_ARGUMENTS.search(self.message)
        return bool(refused) and kida.error == "FilterArgumentError"

    def __str__(self) -> str:
        return f"text {self.text!r}" if self.error is None else f"{self.error}: {self.message}"


def _shown(value: Any) -> Any:
    return "(none)" if value is None else value


def _seen(context: Any, name: str) -> Any:
    return context.get(name, "(not there)")


def _outcome(render: Callable[[], str]) -> Outcome:
    try:
        return Outcome(text=render())
    except Exception as error:
        name = type(error).__name__
        return Outcome(
            error=_NAMES.get(name, name),
            message=str(error).partition("\n")[0][:200],
            compiling=any(step.f_code.co_name in _COMPILING for step, _ in walk_tb(error.__traceback__)),
        )


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


def _render(case: Case, environment: Any, pass_context: Callable[[Any], Any]) -> str:
    extra = {"template": environment.get_template, "seen": pass_context(_seen)}
    context = {name: value_of(text, extra) for name, text in case.context.items()}
    template = environment.get_template(case.main)
    if case.is_async:
        return str(_runner().run(template.render_async(context)))
    return str(template.render(context))


def render_jinja2(case: Case) -> Outcome:
    """Render with the installed Jinja2."""

    def render() -> str:
        environment = jinja2.Environment(
            loader=jinja2.DictLoader(dict(case.templates)),
            undefined=getattr(jinja2, case.undefined),
            extensions=JINJA2_EXTENSIONS,
            enable_async=case.is_async,
            finalize=_shown if case.finalize else None,
            **{"autoescape": False, **case.options},
        )
        return _render(case, environment, jinja2.pass_context)

    return _outcome(render)


def render_kida(case: Case) -> Outcome:
    """Render with Kida, its options as Jinja2's."""
    import kida

    def render() -> str:
        environment = kida.Environment(
            loader=kida.DictLoader(dict(case.templates)),
            undefined=getattr(kida, case.undefined),
            finalize=_shown if case.finalize else None,
            **{"autoescape": False, **case.options},
        )
        return _render(case, environment, kida.pass_context)

    return _outcome(render)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both answers to one case."""

    case: Case
    jinja2: Outcome
    kida: Outcome

    @property
    def agrees(self) -> bool:
        return self.jinja2.agrees(self.kida)

    def report(self) -> str:
        """Describe the case and both answers, for people."""
        return "\n".join(_lines(self))


def _lines(comparison: Comparison) -> Iterator[str]:
    case = comparison.case
    for name, text in case.templates.items():
        yield f"--- {name}{' (rendered)' * (name == case.main)}"
        yield repr(text) if re.search(r"[^\S \n]", text) else text
    yield "--- context"
    for name, value in case.context.items():
        yield f"{name} = {value}"
    flags = [name for name in ("finalize", "is_async") if getattr(case, name)]
    yield f"--- options: undefined={case.undefined} {dict(case.options)} {' '.join(flags)}".rstrip()
    yield f"jinja2: {comparison.jinja2}"
    yield f"kida:   {comparison.kida}"
    yield repr(case)


def compare(case: Case) -> Comparison:
    """Render the case with both engines."""
    return Comparison(case, render_jinja2(case), render_kida(case))


class TooSlowError(Exception):
    """An engine did not answer in time; compared like any other error."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlowError within the block after so many seconds (main thread, POSIX)."""
    import signal

    def stop(_number: int, _frame: object) -> None:
        raise TooSlowError(f"no answer within {seconds} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
