"""Compiles or renders monsters in a process of its own, which a crash of Python may end.

``python -m tests.bad_input.probe nest LIMIT DEPTHS NAME…`` compiles monsters of `nesting`, or all, at depths with commas
between them;
``python -m tests.bad_input.probe recur LIMIT MAX_RECURSION NAME…`` renders templates of `recursion` in every form.
LIMIT is Python's recursion limit. Prints a line for what it does next, and one beginning with ``WRONG`` for each
outcome that is not permitted; ``done`` at the end.
"""

from __future__ import annotations

import faulthandler
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import kida
from tests.bad_input.nesting import MONSTERS
from tests.bad_input.outcome import RENDERINGS, compiled, guarded
from tests.bad_input.recursion import assert_ends_with_an_error

ROOT = Path(__file__).parents[2]

Step = tuple[str, Callable[[], object]]


def nest(depths: str, *names: str) -> Iterator[Step]:
    """The steps that compile monsters."""
    env = kida.Environment()
    for name in names or MONSTERS:
        build = MONSTERS[name]
        for depth in map(int, depths.split(",")):
            yield f"{name} {depth}", lambda build=build, depth=depth: compiled(env, build(depth))


def recur(max_recursion: str, *names: str) -> Iterator[Step]:
    """The steps that render templates without end."""
    limit = int(max_recursion)
    for name in names:
        for form in RENDERINGS:
            yield (
                f"{name} by {form}",
                lambda name=name, form=form: assert_ends_with_an_error(name, form, max_recursion=limit),
            )


def main(what: str, limit: str, *arguments: str) -> None:
    """Take the steps."""
    faulthandler.enable()
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(int(limit))
    for name, step in {"nest": nest, "recur": recur}[what](*arguments):
        _tell(name)
        try:
            with guarded():
                step()
        except BaseException as error:
            _tell(f"WRONG {name}: {type(error).__name__} {str(error)[:80]!r}")
    _tell("done")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(*arguments: object) -> list[str]:
    """Run this module in a process of its own; what went wrong, the crash of the process included."""
    command = [sys.executable, "-m", "tests.bad_input.probe", *map(str, arguments)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    printed = ended.stdout.splitlines()
    wrong = [line for line in printed if line.startswith("WRONG")]
    if printed[-1:] != ["done"]:
        wrong.append(f"ended with status {ended.returncode} at: {printed[-1:]}\n{ended.stderr[:2000]}")
    return wrong


if __name__ == "__main__":
    main(*sys.argv[1:])
