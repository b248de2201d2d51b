"""The samples of `docs/parallel.md`, by section: programs, and what they print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "parallel.md"
_SECTION = re.compile(r"^## (.+)$", re.M)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
ON_CLUSTERS = ("Dask: many machines", "ipyparallel")


def sections() -> dict[str, tuple[str, str]]:
    """The program and its output for each section that has one."""
    _, *parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    found = {}
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        blocks = _BLOCK.findall(text)
        program = "\n".join(code for language, code in blocks if language == "python")
        if program:
            found[title] = program, "".join(code for language, code in blocks if language == "text")
    return found


def printed_by(program: str, folder: Path) -> str:
    """What a program prints; it must end well and say nothing else."""
    file = folder / "sample.py"
    file.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", file],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        cwd=folder,
        env=_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}
