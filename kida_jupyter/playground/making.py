"""From a render to what is told of it: the result for the page, and what was read for Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import kida
from kida_jupyter.playground.failing import Failures
from kida_jupyter.playground.messages import Problem, Result
from kida_jupyter.playground.problems import (
    awaiting_problems,
    failure_problem,
    missing_problems,
    syntax_problems,
    unknown_problems,
    without_repeats,
)
from kida_jupyter.playground.reading import ReadVariable, told
from kida_jupyter.playground.rendering import Rendered
from kida_jupyter.playground.result import failed_result, good_result
from kida_jupyter.playground.workshop import Workshop


class Maker:
    """Makes results. Parameters: ``workshop``; ``failures``, which draws errors."""

    def __init__(self, workshop: Workshop, failures: Failures) -> None:
        self._workshop = workshop
        self._failures = failures
        self._checked: dict[str, tuple[kida.Environment, str, list[Problem]]] = {}

    def made(
        self, rendered: Rendered, edition: int, last: Result
    ) -> tuple[Result, Mapping[str, ReadVariable] | None]:
        """The result of a render, and what it read; ``None`` where it did not come to read anything.

        Parameters: ``rendered``; ``edition``, what was rendered; ``last``, the result before.
        """
        error = rendered.error
        variables = rendered.reading.variables(rendered.environment.globals)
        problems = without_repeats(self._problems(rendered, variables))
        context = [told(one) for one in variables.values()]
        if rendered.trace is not None and error is None:
            made = good_result(edition, rendered.trace, rendered.seconds, problems, context)
            return made, MappingProxyType(variables)
        assert error is not None  # there is a trace or an error
        has_read = bool(variables) or not isinstance(error, kida.TemplateSyntaxError)
        failure = self._failures.told(error)
        made = failed_result(
            last, edition, rendered.seconds, failure, problems, context if has_read else None
        )
        return made, MappingProxyType(variables) if has_read else None

    def _problems(self, rendered: Rendered, variables: Mapping[str, ReadVariable]) -> Iterator[Problem]:
        workshop = self._workshop
        if rendered.error is not None:
            failure = failure_problem(rendered.error, workshop)
            if failure is not None:
                yield failure
        for name, text in workshop.texts.items():
            yield from self._syntax_problems(rendered.environment, name, text)
        missing = [name for name, one in variables.items() if one.origin == "missing"]
        if rendered.trace is not None:
            yield from awaiting_problems(rendered.trace, workshop)
        if missing:
            known = [*rendered.reading, *rendered.environment.globals]
            yield from missing_problems(workshop, missing, known)
        yield from unknown_problems(workshop)

    def _syntax_problems(self, environment: kida.Environment, name: str, text: str) -> list[Problem]:
        known = self._checked.get(name)
        if known is not None and known[0] is environment and known[1] == text:
            return known[2]
        try:
            environment.get_template(name)
        except kida.TemplateError:
            found = syntax_problems(environment, name, text)
        else:
            found = []  # what compiles, and is in the cache then, need not be looked through
        self._checked[name] = environment, text, found
        return found
