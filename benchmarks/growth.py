"""How cost grows with output, with the length of a template and with nesting: `python benchmarks/growth.py`."""

from __future__ import annotations

import argparse
import gc
import importlib
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

# The kida of this checkout is the one to measure, installed or not.
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

ENGINES = ("kida", "jinja2")
DECADES = (10, 100, 1_000, 10_000, 100_000)
NESTING = (1, 2, 4, 8, 16, 32, 64, 90)
NAMES = (10, 100, 1_000, 10_000)
LINES = (
    "<h2>{{ title }}</h2>",
    "{% if title %}<p class='a'>{{ title | upper }}</p>{% endif %}",
    "Some text that stands as it is.",
    "{% for row in few %}<li>{{ row.name }}</li>{% endfor %}",
    "{% set here = title ~ 1 %}{{ here }}",
)
DIFFERENT = (
    "{{ read_@ }}",
    "{% set own_@ = 1 %}{{ own_@ }}",
    "{% if title %}{% set perhaps_@ = 1 %}{% endif %}",
    "{% for row_@ in few %}{{ loop.index }}{{ row_@.name }}{% endfor %}",
    "{% call box(@) %}{{ title }}{% endcall %}",
)
"""Lines with names of their own: their number stands for the at sign."""
BOX = "{% macro box(size) %}[{{ caller() }}]{% endmacro %}"
ENOUGH_SECONDS, ROUNDS_AT_LEAST = 0.5, 3

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Curve:
    """A cost that grows: `work` gives, for an environment and a size, what is timed."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    work: Callable[[Any, int], Work]


def rows(count: int) -> list[dict[str, str]]:
    """So many rows to write."""
    return [{"name": f"<row {number}>"} for number in range(count)]


def rendering_rows(environment: Any, size: int) -> Work:
    """A loop of so many turns."""
    template = environment.from_string("{% for row in rows %}<li>{{ row.name }}</li>\n{% endfor %}")
    context = {"rows": rows(size)}
    return lambda: template.render(context)


def lines(size: int) -> str:
    """A template of so many lines."""
    return "\n".join(LINES[number % len(LINES)] for number in range(size))


def compiling_lines(environment: Any, size: int) -> Work:
    """Compiling so many lines."""
    source = lines(size)
    return lambda: environment.from_string(source)


def compiling_names(environment: Any, size: int) -> Work:
    """Compiling so many lines that all have names of their own."""
    found = (DIFFERENT[number % len(DIFFERENT)].replace("@", str(number)) for number in range(size))
    source = BOX + "\n".join(found)
    return lambda: environment.from_string(source)


def compiling_macros(environment: Any, size: int) -> Work:
    """Compiling so many macros."""
    source = "\n".join(f"{{% macro m{number}(a) %}}{{{{ a }}}}{{% endmacro %}}" for number in range(size))
    return lambda: environment.from_string(source)


def rendering_lines(environment: Any, size: int) -> Work:
    """Rendering so many lines."""
    template = environment.from_string(lines(size))
    context = {"title": "Zoë", "few": rows(2)}
    return lambda: template.render(context)


def nested(size: int) -> str:
    """Statements of four kinds inside each other, so many deep."""
    opened = (
        "{% if title %}a",
        "{% with b = title %}b{{ b }}",
        "{% for row in few %}c",
        "{% call box(1) %}d",
    )
    closed = ("{% endif %}", "{% endwith %}", "{% endfor %}", "{% endcall %}")
    kinds = [number % len(opened) for number in range(size)]
    return BOX + "".join(opened[kind] for kind in kinds) + "".join(closed[kind] for kind in reversed(kinds))


def compiling_nested(environment: Any, size: int) -> Work:
    """Compiling so many levels."""
    source = nested(size)
    return lambda: environment.from_string(source)


def rendering_nested(environment: Any, size: int) -> Work:
    """Rendering so many levels."""
    template = environment.from_string(nested(size))
    context = {"title": "Zoë", "few": rows(1)}
    return lambda: template.render(context)


CURVES = (
    Curve("rendering, by rows written", "row", DECADES, rendering_rows),
    Curve("rendering, by lines of the template", "line", DECADES, rendering_lines),
    Curve("compiling, by lines of the template", "line", DECADES, compiling_lines),
    Curve("compiling, by lines with names of their own", "line", NAMES, compiling_names),
    Curve("compiling, by macros", "macro", NAMES, compiling_macros),
    Curve("compiling, by levels of nesting", "level", NESTING, compiling_nested),
    Curve("rendering, by levels of nesting", "level", NESTING, rendering_nested),
)


def seconds(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """The least seconds of the processor that each takes in several rounds, one after the other in each."""
    best = dict.fromkeys(works, math.inf)
    for turn in range(rounds):
        for name, work in works.items():
            calls = 1 if math.isinf(best[name]) else max(1, min(1000, int(0.002 / best[name])))
            gc.collect()
            gc.disable()
            start = process_time()
            for _ in range(calls):
                work()
            best[name] = min(best[name], (process_time() - start) / calls)
            gc.enable()
        if turn + 1 >= ROUNDS_AT_LEAST and sum(best.values()) > ENOUGH_SECONDS:
            break
    return best


def measured(curve: Curve, quick: bool) -> Iterator[tuple[int, dict[str, float]]]:
    """The sizes of a curve with the seconds that each engine takes."""
    environments = {name: importlib.import_module(name).Environment(autoescape=True) for name in ENGINES}
    for size in curve.sizes:
        if quick and size > 1_000:
            continue
        works = {name: curve.work(environment, size) for name, environment in environments.items()}
        yield size, seconds(works, 3 if quick else 15)


def exponent(points: Sequence[tuple[int, float]]) -> float:
    """The slope of a straight line through the upper half of the points, both axes logarithmic: 1 is linear."""
    upper = points[len(points) // 2 - (len(points) < 6) :]
    xs = [math.log(size) for size, _ in upper]
    ys = [math.log(time) for _, time in upper]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def plot(curve: Curve, found: Sequence[tuple[int, dict[str, float]]], folder: Path, index: int) -> None:
    """Draw a curve."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
    for name, marker in zip(ENGINES, "os", strict=True):
        axes.loglog(
            [size for size, _ in found], [1e3 * times[name] for _, times in found], marker=marker, label=name
        )
    first = found[0]
    linear = [1e3 * first[1]["kida"] * size / first[0] for size, _ in found]
    axes.loglog([size for size, _ in found], linear, ":", color="grey", label="linear")
    axes.set(title=curve.title, xlabel=f"{curve.unit}s", ylabel="milliseconds")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(folder / f"growth-{index}.png", dpi=110)
    plt.close(figure)


def main() -> None:
    """Measure all curves, and print them as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one decade less, fewer rounds")
    parser.add_argument("--plots", type=Path, help="a folder for plots (needs matplotlib)")
    options = parser.parse_args()
    for index, curve in enumerate(CURVES, 1):
        found = list(measured(curve, options.quick))
        print(f"\n### {curve.title}, µs a {curve.unit}\n")
        print("| engine |", *(f"{size:,} |" for size, _ in found), "exponent |")
        print("|---|", *("---:|" for _ in found), "---:|")
        for name in ENGINES:
            cells = (f"{1e6 * times[name] / size:.3g} |" for size, times in found)
            slope = exponent([(size, times[name]) for size, times in found])
            print(f"| {name} |", *cells, f"{slope:.2f} |", flush=True)
        if options.plots:
            plot(curve, found, options.plots, index)


if __name__ == "__main__":
    main()
