"""What a traced render costs beside a plain one: `python benchmarks/tracing.py`."""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import process_time

# The kida of this checkout is the one to measure, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from compare import names
from engines import ENGINES
from harness import machine
from harness.measure import calibrated_batch
from harness.model import Api, Engine, RenderJob, Workload
from workloads import WORKLOADS

from kida import DictLoader, Environment, Template

DEFAULT = ("escape-table", "objects", "macros", "filters", "includes", "inheritance", "one-line")
BATCH_SECONDS = 0.02


def plain(template: Template, job: RenderJob) -> str:
    """A plain render."""
    return template.render(job.context)


def traced(template: Template, job: RenderJob) -> str:
    """A traced one, of which nothing but the text is asked."""
    return template.trace(job.context).output


def with_segments(template: Template, job: RenderJob) -> str:
    """A traced one, and where every character came from."""
    trace = template.trace(job.context)
    if trace.output and not trace.segments:
        raise AssertionError("text without segments")
    return trace.output


MODES: dict[str, Callable[[Template, RenderJob], str]] = {
    "plain": plain,
    "traced": traced,
    "segments": with_segments,
}


def api_of(known: Api, mode: Callable[[Template, RenderJob], str]) -> Api:
    """Kida's interface to the workloads, rendering in a mode."""

    def renderer(job: RenderJob) -> Callable[[], str]:
        environment = Environment(
            loader=DictLoader(dict(job.sources)),
            autoescape=job.autoescape,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        template = environment.get_template(job.entry)
        return lambda: mode(template, job)

    return replace(known, renderer=renderer)


def ratios(workload: Workload, engine: Engine, rounds: int, folder: Path) -> dict[str, float]:
    """How many times a plain render each takes: the median of the ratios round by round.

    Processor time is compared, which others that work on the machine take none of. Raises AssertionError where
    texts differ.
    """
    known = engine.open()
    prepared = {
        name: workload.prepare(engine, api_of(known, mode), Path(tempfile.mkdtemp(dir=folder)))
        for name, mode in MODES.items()
    }
    if len({item.output for item in prepared.values()}) != 1:
        raise AssertionError(f"{workload.name}: a traced render gave another text")
    calls = {name: calibrated_batch(item.run, BATCH_SECONDS) for name, item in prepared.items()}
    found: dict[str, list[float]] = {name: [] for name in prepared}
    for _ in range(rounds):
        taken = {name: processor_time(item.run, calls[name]) for name, item in prepared.items()}
        for name, seconds in taken.items():
            found[name].append(seconds / taken["plain"])
    return {name: median(values) for name, values in found.items()}


def processor_time(run: Callable[[], object], calls: int) -> float:
    """Seconds that a call takes; the garbage collector is at work, as it is in an application."""
    gc.collect()
    start = process_time()
    for _ in range(calls):
        run()
    return (process_time() - start) / calls


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    known = {workload.name: workload for workload in WORKLOADS}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", type=names, default=list(DEFAULT), metavar="WORKLOAD,…", help=", ".join(known)
    )
    parser.add_argument("--rounds", type=int, default=15, help="samples of each (default 15)")
    options = parser.parse_args(arguments)
    engine = next(engine for engine in ENGINES if engine.name == "kida")
    print(f"{machine.describe()['python']}\n")
    print("| workload | traced / plain | traced, with segments / plain |\n|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only:
            found = ratios(known[name], engine, options.rounds, Path(folder))
            print(f"| {known[name].title} | {found['traced']:.2f} | {found['segments']:.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
