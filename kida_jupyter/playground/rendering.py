"""One render of a playground: traced, within a budget, whatever its templates do."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import kida
from kida_jupyter import running
from kida_jupyter.live.watching import Recording
from kida_jupyter.playground.interrupts import Interrupts
from kida_jupyter.playground.reading import Reading
from kida_jupyter.playground.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of a render: a trace or an error, what was read, of the notebook and in all, and how long it took."""

    trace: kida.RenderTrace | None
    error: BaseException | None
    recording: Recording
    reading: Reading
    environment: kida.Environment
    seconds: float


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cyclic garbage meanwhile.

    A render and what is told of it are a hundred thousand objects that live to its end, and the collector would go
    through them, and through all of the notebook's, again and again: a quarter of the time from a key to its result.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def render(
    workshop: Workshop,
    overrides: Mapping[str, Any],
    given: Mapping[str, Any],
    budget: kida.Budget,
    interrupts: Interrupts,
) -> Rendered:
    """Render the main template; what it raises is part of what is returned, an interrupt and an exit too.

    Parameters: ``workshop``; ``overrides`` and ``given``, variables before the notebook's; ``budget``;
    ``interrupts``, which are heard meanwhile.
    """
    recording = Recording(workshop.variables)
    reading = Reading((("override", overrides), ("given", given), ("notebook", recording)))
    environment = workshop.environment
    trace: kida.RenderTrace | None = None
    error: BaseException | None = None
    began = perf_counter()
    try:
        with interrupts.heard():
            template = environment.get_template(workshop.main)
            if template.is_async:
                trace = running.run(kida.trace_render_async(template, reading, budget=budget))
            else:
                trace = kida.trace_render(template, reading, budget=budget)
    except BaseException as raised:  # an exit is the template's, too, and not the kernel's
        error = raised
        if workshop.notebook is not None:
            workshop.notebook.reword(raised)
    return Rendered(trace, error, recording, reading, environment, perf_counter() - began)
