"""Rewrites the answers of language cases from what Kida answers now, and prints what changed, for a person to judge.

    python -m tests.language.update [path …]

A path is a case or a folder of cases; without one, all cases are rewritten. No test runs this.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from tests.language.answers import kida_answers
from tests.language.cases import CASES_ROOT, case_paths, read_case, write_case


def update(path: Path) -> str | None:
    """Writes Kida's answer into the case at `path`; gives the difference, or none where the file stood already."""
    case = read_case(path)
    answers = kida_answers(case)
    first = next(iter(answers.values()))
    apart = [
        form for form, answer in answers.items() if (answer.kind, answer.text) != (first.kind, first.text)
    ]
    if apart:
        raise ValueError(f"{case.name}: {', '.join(apart)} answers otherwise than {next(iter(answers))}")
    settings = dict(case.settings)
    if first.error is None:
        settings.pop("raises", None)
        settings.pop("at", None)
    else:
        settings["raises"] = type(first.error).__name__
    before = path.read_bytes().decode("utf-8")
    after = write_case(path, case.why, settings, case.templates, first.kind, first.text)
    if after == before:
        return None
    path.write_text(after, encoding="utf-8", newline="")
    return "\n".join(
        difflib.unified_diff(before.split("\n"), after.split("\n"), f"{case.name} before", "now", lineterm="")
    )


def main(arguments: list[str]) -> int:
    """Updates the named cases, or all; the exit status says whether a case could not be updated."""
    roots = [Path(argument) for argument in arguments] or [CASES_ROOT]
    failures = 0
    for path in [path for root in roots for path in case_paths(root)]:
        try:
            difference = update(path)
        except ValueError as error:
            failures += 1
            sys.stdout.write(f"{error}\n")
        else:
            if difference:
                sys.stdout.write(f"{difference}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
