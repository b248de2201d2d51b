"""The tables, and the same figures as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.measure import Settings, Timing

NONE = "–"
BY_HAND = "python"


@dataclass(frozen=True, slots=True)
class Row:
    """One workload's results: timings by engine, and a reason for each engine that has none."""

    name: str
    title: str
    timings: Mapping[str, Timing]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """One whole run. `engines` are the columns, in order; `versions` says of each its version, or "not installed"."""

    header: Mapping[str, str]
    versions: Mapping[str, str]
    settings: Settings
    engines: Sequence[str]
    versus: Sequence[str]
    rows: Sequence[Row]


def duration(seconds: float) -> str:
    """Seconds with three figures and the unit that suits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{figures(seconds / size)} {unit}"
    return f"{figures(seconds / 1e-9)} ns"


def figures(number: float) -> str:
    """A number with about three figures, never in powers of ten."""
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def spread(timing: Timing) -> str:
    """Half the distance between the quartiles, in per cent of the median."""
    first, third = timing.quartiles
    return f"±{50 * (third - first) / timing.median:.0f}%"


def table(report: Report, cell: Callable[[Row, str], str]) -> list[str]:
    """A Markdown table: a row for each workload, a column for each engine."""
    lines = [
        "| workload | " + " | ".join(report.engines) + " |",
        "|---|" + "---:|" * len(report.engines),
    ]
    lines += [
        f"| {row.title} | " + " | ".join(cell(row, name) for name in report.engines) + " |"
        for row in report.rows
    ]
    return lines


def median_cell(row: Row, engine: str) -> str:
    """Median and spread."""
    timing = row.timings.get(engine)
    return NONE if timing is None else f"{duration(timing.median)} {spread(timing)}"


def ratio_cell(reference: str) -> Callable[[Row, str], str]:
    """How many times as fast as the reference; against code by hand, how many times its time."""

    def cell(row: Row, engine: str) -> str:
        timing, base = row.timings.get(engine), row.timings.get(reference)
        if timing is None or base is None:
            return NONE
        ratio = timing.ratio_to(base) if reference == BY_HAND else base.ratio_to(timing)
        return f"{ratio:.2f}×"

    return cell


def ratio_title(reference: str) -> str:
    """The heading that says how to read the ratios against `reference`."""
    if reference == BY_HAND:
        return "Times the time of hand-written Python (lower is faster)"
    return f"Times as fast as {reference} (higher is faster)"


def reasons(report: Report) -> list[str]:
    """A line for each engine and reason, with the workloads that it keeps the engine from."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for row in report.rows:
        for engine, text in row.reasons.items():
            grouped.setdefault((engine, text), []).append(row.name)
    lines = []
    for (engine, text), names in grouped.items():
        where = "everything" if len(names) == len(report.rows) > 1 else ", ".join(names)
        lines.append(f"- {engine}, {where}: {text}")
    return lines


def markdown(report: Report) -> str:
    """The whole report for people."""
    settings = report.settings
    lines = [f"{name}: {value}  " for name, value in report.header.items()]
    lines.append(
        "engines: " + ", ".join(f"{name} {version}" for name, version in report.versions.items()) + "  "
    )
    lines.append(
        f"method: {settings.rounds} interleaved rounds ({settings.self_timed_rounds} where a process is started), "
        f"batches of {duration(settings.batch_seconds)}, order shuffled with seed {settings.seed}"
    )
    lines += [
        "",
        "### Median time, ± half the distance between the quartiles",
        "",
        *table(report, median_cell),
    ]
    for reference in report.versus:
        if reference in report.engines:
            lines += ["", f"### {ratio_title(reference)}", "", *table(report, ratio_cell(reference))]
    notes = reasons(report)
    if notes:
        lines += ["", f"{NONE} means not measured:", "", *notes]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> dict[str, object]:
    """The same for programs: seconds, and each engine's time over every other's."""
    return {
        **report.header,
        "engines": dict(report.versions),
        "settings": {
            "rounds": report.settings.rounds,
            "self_timed_rounds": report.settings.self_timed_rounds,
            "batch_seconds": report.settings.batch_seconds,
            "seed": report.settings.seed,
        },
        "workloads": {
            row.name: {"title": row.title, "engines": row_as_json(row, report.engines)} for row in report.rows
        },
    }


def row_as_json(row: Row, engines: Sequence[str]) -> dict[str, object]:
    """One workload's figures by engine, or the reason why there are none."""
    result: dict[str, object] = {}
    for name in engines:
        timing = row.timings.get(name)
        if timing is None:
            result[name] = {"reason": row.reasons.get(name, "")}
            continue
        first, third = timing.quartiles
        result[name] = {
            "median": timing.median,
            "quartiles": [first, third],
            "minimum": min(timing.samples),
            "batch": timing.batch,
            "rounds": len(timing.samples),
            "time_over": {other: timing.ratio_to(row.timings[other]) for other in row.timings},
        }
    return result
