"""Compares many random cases quickly: ``python -m tests.differential.run --examples 20000 --seed 1 --jobs 2``.

Each example has its own seed, so ``--only 137`` renders that one again. Exits with 1 when anything disagrees.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import monotonic

from .choices import RandomChoices
from .grammar import Case, build_case
from .oracle import Comparison, Outcome, compare, render_jinja2, time_limit
from .productions import all_labels
from .shrink import shrink
from .values import CONTEXT

SECONDS_PER_CASE = 10.0
BATCH = 100
KEPT_PER_KIND = 4
# Two texts that differ say less of the cause than an error's message does.
KEPT_OF_TEXTS = 40
_NAME = re.compile(rf"\b(?:{'|'.join(sorted(CONTEXT, key=len, reverse=True))}|[mpqrs]\d|b\d)\b")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


@dataclass(slots=True)
class Tally:
    """What a batch of examples came to; tallies add up."""

    texts_agreed: int = 0
    errors_agreed: int = 0
    oracle_broke: int = 0
    profiles: Counter[str] = field(default_factory=Counter)
    rendered: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    disagreed: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.texts_agreed += other.texts_agreed
        self.errors_agreed += other.errors_agreed
        self.oracle_broke += other.oracle_broke
        self.profiles.update(other.profiles)
        self.rendered.update(other.rendered)
        self.errors.update(other.errors)
        self.disagreed += other.disagreed


def case_number(seed: int, number: int) -> Case:
    """Build the example again from its number alone."""
    return build_case(RandomChoices(f"{seed}:{number}"))


def limited(case: Case) -> Comparison:
    """Compare within a time limit, under which a hang becomes an answer like any other."""
    with warnings.catch_warnings(), time_limit(SECONDS_PER_CASE):
        warnings.simplefilter("ignore")
        return compare(case)


def oracle_only(case: Case) -> Comparison:
    """Stand in for ``limited`` where only the generator is measured."""
    with warnings.catch_warnings(), time_limit(SECONDS_PER_CASE):
        warnings.simplefilter("ignore")
        outcome = render_jinja2(case)
    return Comparison(case, outcome, outcome)


def _kind(comparison: Comparison) -> str:
    """A first grouping, before shrinking: classes, and Kida's message without names and numbers."""
    message = re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "_", comparison.kida.message)[:70]
    return f"{comparison.jinja2.error or 'text'} / {comparison.kida.error or 'text'} {message}"


def run_batch(seed: int, first: int, count: int, without_kida: bool) -> Tally:
    tally = Tally()
    for number in range(first, first + count):
        case = case_number(seed, number)
        comparison = oracle_only(case) if without_kida else limited(case)
        outcome: Outcome = comparison.jinja2
        if outcome.oracle_broke:
            tally.oracle_broke += 1
            continue
        tally.profiles.update(feature for feature in case.features if feature.startswith("profile"))
        if outcome.error is None:
            tally.rendered.update(case.features)
        else:
            tally.errors[outcome.error] += 1
        if not comparison.agrees:
            tally.disagreed.append((number, _kind(comparison)))
        elif outcome.error is None:
            tally.texts_agreed += 1
        else:
            tally.errors_agreed += 1
    return tally


def _shrunk(job: tuple[int, int, float]) -> Comparison:
    seed, number, seconds = job
    return shrink(limited(case_number(seed, number)), limited, seconds)


def _skeleton(case: Case) -> tuple[str, ...]:
    """What a minimal case looks like apart from its names, numbers, texts and white space."""
    texts = (re.sub(r"\s+|'[^']*'|\d+", "", text) for text in case.templates.values())
    return tuple(sorted(_NAME.sub("x", text) for text in texts if text))


def _report(seed: int, tally: Tally, pool: ProcessPoolExecutor, groups: int, seconds: float) -> None:
    kinds: dict[str, list[int]] = {}
    for number, kind in tally.disagreed:
        kinds.setdefault(kind, []).append(number)
    ordered = sorted(kinds.items(), key=lambda item: -len(item[1]))
    jobs = [
        (seed, number, seconds)
        for kind, numbers in ordered[:groups]
        for number in numbers[: KEPT_OF_TEXTS if kind.startswith("text / text") else KEPT_PER_KIND]
    ]
    forms: dict[object, tuple[Comparison, list[int]]] = {}
    for (_, number, _), comparison in zip(jobs, pool.map(_shrunk, jobs), strict=True):
        case = comparison.case
        form = (_skeleton(case), comparison.jinja2.error, comparison.kida.error)
        forms.setdefault(form, (comparison, []))[1].append(number)
    for kind, numbers in ordered:
        say(f"{len(numbers):6} {kind}")
    for place, (comparison, numbers) in enumerate(forms.values(), 1):
        say(f"\n===== {place}. examples {numbers}")
        say(comparison.report())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, help="compare the example of this number, and shrink it")
    parser.add_argument("--groups", type=int, default=40, help="kinds of disagreement to shrink")
    parser.add_argument("--seconds", type=float, default=15.0, help="time to shrink one disagreement")
    parser.add_argument(
        "--oracle-only", action="store_true", help="measure the generator against Jinja2 alone"
    )
    parser.add_argument("--features", action="store_true", help="list how often each production rendered")
    chosen = parser.parse_args(arguments)
    if chosen.only is not None:
        comparison = limited(case_number(chosen.seed, chosen.only))
        say(comparison.report())
        if not comparison.agrees:
            say("\n===== shrunk")
            say(_shrunk((chosen.seed, chosen.only, chosen.seconds)).report())
        return int(not comparison.agrees)
    tally, started = Tally(), monotonic()
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn")) as pool:
        starts = range(0, chosen.examples, BATCH)
        batches = [
            pool.submit(
                run_batch, chosen.seed, first, min(BATCH, chosen.examples - first), chosen.oracle_only
            )
            for first in starts
        ]
        for batch in batches:
            tally.add(batch.result())
        _summary(chosen.examples, tally, monotonic() - started, features=chosen.features)
        if tally.disagreed:
            _report(chosen.seed, tally, pool, chosen.groups, chosen.seconds)
    return int(bool(tally.disagreed))


def _summary(examples: int, tally: Tally, seconds: float, *, features: bool) -> None:
    compared = examples - tally.oracle_broke
    agreed = tally.texts_agreed + tally.errors_agreed
    say(f"{examples} examples in {seconds:.0f} s ({examples / seconds:.0f} a second)")
    say(f"agreed: {agreed} of {compared} ({tally.texts_agreed} texts, {tally.errors_agreed} errors)")
    say(f"disagreed: {len(tally.disagreed)}; left out, as Jinja2 itself broke: {tally.oracle_broke}")
    rendered = compared - sum(tally.errors.values())
    say(
        f"Jinja2 rendered {rendered / compared:.1%} to text; its errors: {dict(tally.errors.most_common(12))}"
    )
    labels = all_labels()
    unseen = [label for label in labels if not tally.rendered[label]]
    say(f"productions of the grammar seen in rendered text: {len(labels) - len(unseen)} of {len(labels)}")
    for label in unseen:
        say(f"  never: {label}")
    for profile, count in sorted(tally.profiles.items()):
        say(f"  {profile}: {tally.rendered[profile]} of {count} rendered to text")
    if features:
        for label, count in sorted(tally.rendered.items(), key=lambda item: item[1]):
            say(f"{count:7} {label}")


if __name__ == "__main__":
    sys.exit(main())
