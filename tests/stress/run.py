"""The stress run: ``python -m tests.stress.run --seed 1 --seeds 25 --threads 8 --operations 500``.

One line a seed; a seed that fails is shown with the command that runs it again, and the exit status is 1. A deadlock is
a failure too, with the stacks of all threads.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from collections.abc import Sequence
from time import monotonic

from .seeds import PATIENCE, run_seed
from .threads import Stuck

SHOWN = 3
"""Failures of a seed that are shown in full."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    faulthandler.enable()
    failed = 0
    for seed in range(options.seed, options.seed + options.seeds):
        again = f"python -m tests.stress.run --seed {seed} --threads {options.threads} --operations {options.operations}"
        # a second net: should even the watch hang, Python itself dumps the stacks and exits with 1
        faulthandler.dump_traceback_later(options.limit, exit=True)
        began = monotonic()
        try:
            report = run_seed(
                seed, options.threads, options.operations, options.patience, frozenset(options.without)
            )
        except Stuck as stuck:
            _say(f"seed {seed}: STUCK\n{stuck}\nagain: {again}")
            faulthandler.dump_traceback(all_threads=True)
            # threads that wait for each other would keep Python from ending
            os._exit(1)
        finally:
            faulthandler.cancel_dump_traceback_later()
        took = f"{report.operations} operations in {monotonic() - began:.1f} s, {report.setting}"
        if not report.failures:
            _say(f"seed {seed}: ok, {took}")
            continue
        failed += 1
        _say(f"seed {seed}: {len(report.failures)} FAILED, {took}")
        _say("\n".join(report.failures[: options.shown]))
        _say(f"again: {again}")
    _say(f"{options.seeds - failed} of {options.seeds} seeds passed on {_python()}")
    return 1 if failed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.stress.run", description="Threads against a serial twin."
    )
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--operations", type=int, default=300, help="of each thread")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="seconds without progress: a deadlock"
    )
    parser.add_argument("--without", nargs="*", default=(), metavar="KIND", help="operations to leave out")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for a seed, whatever happens")
    parser.add_argument("--shown", type=int, default=SHOWN, help="failures of a seed shown in full")
    return parser.parse_args(arguments)


def _python() -> str:
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    return f"Python {sys.version.split()[0]}, {'with' if gil else 'without'} GIL"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
