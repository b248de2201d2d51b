"""Compare kida with other template engines and with Python written by hand: `python benchmarks/compare.py`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

# The kida of this checkout is the one to measure, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from engines import ENGINES
from harness import machine, report, verify
from harness.measure import RunFailedError, Settings, Timing, measure
from harness.model import Api, Engine, Prepared, UnsupportedError, Workload
from workloads import WORKLOADS

FULL = Settings(rounds=30, self_timed_rounds=15, batch_seconds=0.02, seed=1)
QUICK = Settings(rounds=7, self_timed_rounds=3, batch_seconds=0.004, seed=1)
# Whose text is right when texts differ: the code by hand, else the oracle of the language.
REFERENCES = ("python", "jinja2")


def names(text: str) -> list[str]:
    """A comma-separated option's parts."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; unknown engines and workloads end the program with the known ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    engines, workloads = [engine.name for engine in ENGINES], [workload.name for workload in WORKLOADS]
    parser.add_argument("--rounds", type=int, help=f"samples for each engine (default {FULL.rounds})")
    parser.add_argument(
        "--only", type=names, default=workloads, metavar="WORKLOAD,…", help=", ".join(workloads)
    )
    parser.add_argument("--engines", type=names, default=engines, metavar="ENGINE,…", help=", ".join(engines))
    parser.add_argument(
        "--versus",
        type=names,
        default=["jinja2", "python"],
        metavar="ENGINE,…",
        help="whom the ratios are to",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds of small batches: a glance, not a result"
    )
    parser.add_argument("--seed", type=int, default=FULL.seed, help="of the order in each round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args(arguments)
    for given, known in ((options.only, workloads), (options.engines, engines), (options.versus, engines)):
        unknown = [name for name in given if name not in known]
        if unknown:
            parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds wants at least 1")
    return options


def settings_of(options: argparse.Namespace) -> Settings:
    """How long to measure, from the options."""
    base = QUICK if options.quick else FULL
    rounds = base.rounds if options.rounds is None else options.rounds
    return Settings(rounds, min(rounds, base.self_timed_rounds), base.batch_seconds, options.seed)


def open_engines(engines: Sequence[Engine]) -> tuple[dict[str, Api], dict[str, str], dict[str, str]]:
    """The engines that are there, a reason for each that is not, and every version."""
    apis, reasons, versions = {}, {}, {}
    for engine in engines:
        had_gil = machine.gil_is_on()
        try:
            apis[engine.name] = engine.open()
        except Exception as error:
            absent = is_absence(error)
            reasons[engine.name] = "not installed" if absent else f"cannot be used: {machine.reason(error)}"
            versions[engine.name] = "(not installed)" if absent else "(cannot be used)"
            continue
        versions[engine.name] = machine.version_of(engine.distribution) if engine.distribution else "by hand"
        if machine.gil_is_on() and not had_gil:
            versions[engine.name] += " (turned the GIL on)"
    return apis, reasons, versions


def is_absence(error: Exception) -> bool:
    """Whether an import failed for want of the engine itself, and not of something inside it."""
    return isinstance(error, ModuleNotFoundError) and error.name in {engine.name for engine in ENGINES}


def prepare(
    workload: Workload, engines: Sequence[Engine], apis: Mapping[str, Api], stack: ExitStack
) -> tuple[dict[str, Prepared], dict[str, str]]:
    """Make every engine ready for a workload; a reason for each that cannot."""
    ready, reasons = {}, {}
    for engine in engines:
        if engine.name not in apis:
            continue
        workspace = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        try:
            ready[engine.name] = workload.prepare(engine, apis[engine.name], workspace)
        except UnsupportedError as error:
            reasons[engine.name] = machine.one_line(str(error))
        except Exception as error:
            reasons[engine.name] = f"failed: {machine.reason(error)}"
    return ready, reasons


def differing(workload: Workload, ready: Mapping[str, Prepared]) -> dict[str, str]:
    """How the engines' texts leave the reference's, by engine; empty where all agree."""
    texts = {name: item.output for name, item in ready.items() if item.output is not None}
    if not texts:
        return {}
    reference = next((name for name in REFERENCES if name in texts), next(iter(texts)))
    found = {}
    for name, text in texts.items():
        difference = verify.first_difference(texts[reference], text, markup=workload.markup)
        if difference is not None:
            found[name] = f"**error**: not the text of {reference}: {difference}"
    return found


def run_workload(
    workload: Workload, engines: Sequence[Engine], apis: Mapping[str, Api], settings: Settings
) -> tuple[report.Row, bool]:
    """Prepare, compare the texts, and time one workload; whether the texts agreed comes with the row."""
    with ExitStack() as stack:
        ready, reasons = prepare(workload, engines, apis, stack)
        wrong = differing(workload, ready)
        right = {name: item for name, item in ready.items() if name not in wrong}
        timings, failures = measure_all(right, settings)
    return report.Row(workload.name, workload.title, timings, {**reasons, **wrong, **failures}), not wrong


def measure_all(
    ready: Mapping[str, Prepared], settings: Settings
) -> tuple[dict[str, Timing], dict[str, str]]:
    """Time the engines together; one that fails on the way is left out, and the others start anew."""
    failures: dict[str, str] = {}
    while True:
        try:
            return measure(
                {name: item for name, item in ready.items() if name not in failures}, settings
            ), failures
        except RunFailedError as error:
            failures[error.engine] = f"failed while timed: {machine.reason(error.__cause__ or error)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; 1 where an engine wrote another text than the others, else 0."""
    options = parse_arguments(arguments)
    settings = settings_of(options)
    engines = [engine for engine in ENGINES if engine.name in options.engines]
    apis, absent, versions = open_engines(engines)
    rows, agreed = [], True
    for workload in WORKLOADS:
        if workload.name in options.only:
            print(f"{workload.name} …", file=sys.stderr, flush=True)
            row, same = run_workload(workload, engines, apis, settings)
            rows.append(report.Row(row.name, row.title, row.timings, {**absent, **row.reasons}))
            agreed = agreed and same
    result = report.Report(
        machine.describe(), versions, settings, [engine.name for engine in engines], options.versus, rows
    )
    print(report.markdown(result), end="")
    if options.json:
        options.json.write_text(json.dumps(report.as_json(result), indent=2) + "\n", encoding="utf-8")
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
