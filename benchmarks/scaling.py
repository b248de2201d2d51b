"""How rendering scales with threads, kida beside other engines and the machine itself: `python benchmarks/scaling.py`."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# The kida of this checkout is the one to measure, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from compare import names, open_engines
from engines import ENGINES
from engines.shared import SHARED, SharedRender
from harness import machine, verify
from harness.report import NONE
from harness.threads import MakeWork, Plan, Scaling, Spread, Work, count_down, measure_scaling
from workloads.medium import MEDIUM, new_context

from kida.utils.workers import available_cpus

MACHINE = "machine"
MACHINE_TITLE = "the machine: threads that share nothing"
MACHINE_STEPS = 4_000
"""About as long as a render: some 0.5 ms."""

THREADS = (1, 2, 4, 8, 16)
ROUNDS = 21
SECONDS = 60.0
LEAST_SAMPLE_SECONDS = 0.02
"""Below this a sample is a dozen renders, and tells of the clock."""

NOISY = 0.1
"""A share of waiting for a core from which on the report warns."""


@dataclass(frozen=True, slots=True)
class Result:
    """One whole run: scalings by engine, with the machine's own; the versions; what was left out, and why."""

    scalings: Mapping[str, Scaling]
    versions: Mapping[str, str]
    reasons: Mapping[str, str]
    plan: Plan


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    engines = [engine.name for engine in ENGINES]
    cpus = available_cpus()
    default = [count for count in THREADS if count <= cpus]
    parser.add_argument(
        "--threads", type=numbers, default=default, metavar="N,…", help=f"default here: {default}"
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=ROUNDS,
        help=f"samples of each; 15 at least for a result (default {ROUNDS})",
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"for the whole run, about (default {SECONDS:.0f})"
    )
    parser.add_argument("--engines", type=names, default=engines, metavar="ENGINE,…", help=", ".join(engines))
    parser.add_argument("--seed", type=int, default=1, help="of the order in each round")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table there too, as Markdown")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.engines if name not in engines]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(engines)}")
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds and --seconds want more than nothing")
    return options


def numbers(text: str) -> list[int]:
    """A comma-separated option's numbers, each at least 1."""
    found = [int(part) for part in names(text)]
    if not found or min(found) < 1:
        raise ValueError(text)
    return found


def sharing(engines: Sequence[str], workspace: Path) -> tuple[dict[str, SharedRender], dict[str, str]]:
    """Each engine's template, made once for all threads; a reason for each that cannot, or writes another text."""
    ready: dict[str, SharedRender] = {}
    reasons: dict[str, str] = {}
    expected = MEDIUM.by_hand(**new_context())
    for name in engines:
        folder = workspace / name
        folder.mkdir()
        try:
            render = SHARED[name](MEDIUM, folder)
            difference = verify.first_difference(expected, render(new_context()), markup=True)
        except Exception as error:
            reasons[name] = f"failed: {machine.reason(error)}"
            continue
        if difference is None:
            ready[name] = render
        else:
            reasons[name] = f"**error**: another text: {difference}"
    return ready, reasons


def work_of(render: SharedRender) -> MakeWork:
    """How a thread makes its work: a context of its own, and the template that all have."""

    def make() -> Work:
        return partial(render, new_context())

    return make


def run(options: argparse.Namespace) -> Result:
    """Measure what the options ask for."""
    wanted = [engine for engine in ENGINES if engine.name in options.engines]
    apis, absent, versions = open_engines(wanted)
    counts = sorted({1, *options.threads})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ready, reasons = sharing(list(apis), Path(folder))
        makers: dict[str, MakeWork] = {MACHINE: lambda: partial(count_down, MACHINE_STEPS)}
        makers |= {name: work_of(render) for name, render in ready.items()}
        cells = options.rounds * len(makers) * len(counts)
        sample = max(LEAST_SAMPLE_SECONDS, options.seconds / cells)
        plan = Plan(counts, options.rounds, sample, options.seed)
        scalings = measure_scaling(makers, plan)
    return Result(scalings, versions, {**absent, **reasons}, plan)


def shown(spread: Spread) -> str:
    """A ratio with its quartiles."""
    return f"{spread.median:.2f} ({spread.first:.2f}–{spread.third:.2f})"


def table(result: Result) -> list[str]:
    """A row for each engine; for each number of threads the speed-up, and its share of the machine's."""
    counts = [count for count in result.plan.thread_counts if count > 1]
    limit = result.scalings[MACHINE]
    base = result.scalings.get("jinja2")
    heads = ["", "1 thread, jinja2 = 1"]
    for count in counts:
        heads += [f"{count} threads: speed-up (quartiles)", "share of the machine's"]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    for name, scaling in result.scalings.items():
        is_limit = name == MACHINE
        one = NONE if base is None or is_limit else f"{scaling.speed_over(base):.2f}"
        row = [MACHINE_TITLE if is_limit else "python, by hand" if name == "python" else name, one]
        for count in counts:
            share = scaling.share_of(limit, count).median
            row += [shown(scaling.speed_up(count)), "1" if is_limit else f"{share:.2f}"]
        lines.append(f"| {' | '.join(row)} |")
    return lines


def markdown(result: Result) -> str:
    """The report."""
    plan = result.plan
    lines = [f"{name}: {value}  " for name, value in machine.describe().items()]
    lines.append(
        "engines: " + ", ".join(f"{name} {version}" for name, version in result.versions.items()) + "  "
    )
    lines.append(
        f"method: {plan.rounds} interleaved rounds, samples of {plan.sample_seconds:.2f} s, order shuffled with seed "
        f"{plan.seed}; garbage collector as Python has it  "
    )
    waited = statistics.median(share for scaling in result.scalings.values() for share in scaling.waited)
    lines.append(
        f"other programs kept the threads from a core for {waited:.0%} of the time (median of samples)"
    )
    if waited > NOISY:
        lines.append("**the machine was busy: run this again when it is not**")
    lines += ["", *table(result)]
    if result.reasons:
        lines += ["", *(f"- {name}: {reason}" for name, reason in result.reasons.items())]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 1 where an engine wrote another text than the others, else 0."""
    options = parse_arguments(arguments)
    result = run(options)
    text = markdown(result)
    print(text, end="")
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    return 1 if any(reason.startswith("**error**") for reason in result.reasons.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
