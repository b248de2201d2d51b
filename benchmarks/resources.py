"""What memory templates and renders take, and how soon a stream begins: `python benchmarks/resources.py`."""

from __future__ import annotations

import argparse
import gc
import importlib
import re
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

# The kida of this checkout is the one to measure, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from workloads import shop

ENGINES = ("kida", "jinja2")
TABLE = "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>\n{% endfor %}</table>"
CELLS = 10


def table(count: int) -> Iterator[tuple[str, ...]]:
    """So many rows of a table, made as they are asked for."""
    for row in range(count):
        yield tuple(f"<cell {row} & {cell}>" for cell in range(CELLS))


def environment(engine: str, **options: Any) -> Any:
    """An environment as the other benchmarks have it."""
    module = importlib.import_module(engine)
    sources = {f"page{number}.html": f"{shop.source('jinja')}{{# {number} #}}" for number in range(50)}
    loader = module.DictLoader(sources)
    return module.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, cache_size=-1, **options
    )


# --- memory ---------------------------------------------------------------------------------------------------------


def kept_by_templates(engine: str, cached: bool) -> float:
    """KiB that a compiled template of some 200 lines keeps, once it has been rendered."""
    with tempfile.TemporaryDirectory() as folder:
        module = importlib.import_module(engine)
        options = {"bytecode_cache": module.FileSystemBytecodeCache(folder)} if cached else {}
        first = environment(engine, **options)
        names = first.list_templates()
        for name in names:  # fills the cache on disk, and what the engine makes once
            first.get_template(name).render(shop.CONTEXT)
        known = environment(engine, **options)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for name in names:
            known.get_template(name).render(shop.CONTEXT)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return (after - before) / len(names) / 1024


def peak(work: Callable[[], object]) -> float:
    """MiB that Python holds at most while something runs."""
    gc.collect()
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1024**2


def peak_of_render(engine: str, count: int) -> float:
    """The peak of a large page as one text."""
    template = environment(engine).from_string(TABLE)
    template.render(rows=table(1))
    return peak(lambda: template.render(rows=table(count)))


def peak_of_stream(engine: str, count: int) -> float:
    """The peak of the same page piece by piece, each forgotten at once."""
    template = environment(engine).from_string(TABLE)
    return peak(lambda: sum(len(piece) for piece in template.generate(rows=table(count))))


def resident(engine: str, count: int) -> float:
    """MiB that a fresh process holds at most that renders the page once (its peak resident set); Linux alone."""
    command = [sys.executable, __file__, "--resident", engine, "--rows", str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def render_here(engine: str, count: int) -> None:
    """What that process does."""
    environment(engine).from_string(TABLE).render(rows=table(count))
    # what Linux says of a process: what getrusage() says may be its parent's
    status = Path("/proc/self/status").read_text()
    print(int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) / 1024)  # type: ignore[index]


# --- streams --------------------------------------------------------------------------------------------------------


def timed(work: Callable[[], str]) -> tuple[str, float]:
    """What something gives, and the seconds that it takes."""
    gc.collect()
    start = perf_counter()
    found = work()
    return found, perf_counter() - start


def first_piece(template: Any, rows: Sequence[tuple[str, ...]]) -> tuple[float, float]:
    """The parts of the time and of the rows that have passed when the first piece is there."""
    taken = 0

    def counted() -> Iterator[tuple[str, ...]]:
        nonlocal taken
        for row in rows:
            taken += 1
            yield row

    start = perf_counter()
    pieces = template.generate(rows=counted())
    next(pieces)
    first, then = perf_counter() - start, taken
    for _ in pieces:
        pass
    return first / (perf_counter() - start), then / len(rows)


def beside_render(
    template: Any, rows: Sequence[tuple[str, ...]], given: Callable[[Any], Any] = list
) -> tuple[float]:
    """How many times as long as a render a stream takes; ``given`` makes what both are given of the rows."""
    text, whole = timed(lambda: template.render(rows=given(rows)))
    streamed, taken = timed(lambda: "".join(template.generate(rows=given(rows))))
    if streamed != text:
        raise AssertionError("the stream gave another text")
    return (taken / whole,)


def stream_figures(count: int, rounds: int) -> Mapping[str, Mapping[str, float]]:
    """Of each engine, by the titles of the table: medians of what each round found."""
    titles = (
        "time to the first piece, part of the whole",
        "rows asked for by then, part of all",
        "a stream over a list, times a render",
        "a stream over a generator, times a render",
    )
    found: dict[str, dict[str, list[float]]] = {name: {title: [] for title in titles} for name in ENGINES}
    templates = {engine: environment(engine).from_string(TABLE) for engine in ENGINES}
    rows = list(table(count))
    for number in range(rounds + 1):
        for engine, template in templates.items():
            values = (
                *first_piece(template, rows),
                *beside_render(template, rows),
                *beside_render(template, rows, iter),
            )
            if number:  # the first time warms up
                for title, value in zip(titles, values, strict=True):
                    found[engine][title].append(value)
    return {
        engine: {title: median(values) for title, values in shares.items()}
        for engine, shares in found.items()
    }


# --- the report -----------------------------------------------------------------------------------------------------


def print_memory(count: int) -> None:
    """The table of memory."""
    measures: dict[str, Callable[[str], float]] = {
        "a compiled template of 200 lines, KiB": lambda engine: kept_by_templates(engine, False),
        "the same from the bytecode cache, KiB": lambda engine: kept_by_templates(engine, True),
        "peak of a large render, MiB": lambda engine: peak_of_render(engine, count),
        "peak of the same as a stream, MiB": lambda engine: peak_of_stream(engine, count),
        "peak resident set of a process that renders it, MiB": lambda engine: resident(engine, count),
    }
    print("| memory |", *(f"{engine} |" for engine in ENGINES), "kida / jinja2 |")
    print("|---|---:|---:|---:|")
    for title, measure in measures.items():
        found = [measure(engine) for engine in ENGINES]
        print(
            f"| {title} |", *(f"{value:.3g} |" for value in found), f"{found[0] / found[1]:.2f} |", flush=True
        )


def print_streams(count: int, rounds: int) -> None:
    """The table of streams."""
    found = stream_figures(count, rounds)
    print("\n| streams |", *(f"{engine} |" for engine in ENGINES))
    print("|---|---:|---:|")
    for title in found[ENGINES[0]]:
        print(f"| {title} |", *(f"{found[engine][title]:.3g} |" for engine in ENGINES))


def main() -> None:
    """Measure, and print the figures as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller page, fewer rounds")
    parser.add_argument("--rows", type=int, default=20_000, help="the rows of the page, of 10 cells each")
    parser.add_argument("--resident", help=argparse.SUPPRESS)
    options = parser.parse_args()
    count = min(options.rows, 2_000) if options.quick else options.rows
    if options.resident:
        render_here(options.resident, options.rows)
        return
    print_memory(count)
    print_streams(count // 2, 3 if options.quick else 11)


if __name__ == "__main__":
    main()
