"""docs/notebook.md: it names all that there is and nothing else, and its examples do what it says."""

from __future__ import annotations

import re
from pathlib import Path

import kida_jupyter
from kida_jupyter.magics.commands import COMMANDS
from kida_jupyter.magics.configuring import OPTIONS
from kida_jupyter.magics.core import KidaMagics
from kida_jupyter.magics.options import UNDEFINED, option_names
from kida_jupyter.output import FORMATS
from tests.notebook.in_process import Session

PAGE = Path(__file__).parents[2] / "docs" / "notebook.md"
TEXT = PAGE.read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL))
"""What is set as code within sentences and tables."""
EXAMPLES = re.findall(r"^```ipython\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", TEXT, re.MULTILINE | re.DOTALL)
"""Each cell with its output, ``""`` where none is shown."""

CELL_OPTIONS = set(option_names(KidaMagics.kida.parser)) - {"-h", "--help"}
FLAGS = {name for one in COMMANDS.values() for names, _ in one.arguments for name in names if name[0] == "-"}


def named(pattern: str) -> set[str]:
    """What is found in the pieces of code."""
    return {found for code in CODE for found in re.findall(pattern, code)}


def test_the_page_names_every_option_and_no_other() -> None:
    assert named(r"(?<![\w-])--[a-z][a-z-]*") == CELL_OPTIONS | FLAGS | {"--help"}


def test_the_page_names_every_command_as_its_help_writes_it_and_no_other() -> None:
    assert {command.usage for command in COMMANDS.values()} <= set(CODE)
    assert named(r"(?<!%)%kida ([a-z]+)") == {*COMMANDS, "help"}


def test_the_page_names_every_format_and_every_word_for_undefined_names() -> None:
    assert "--as " + r"\|".join(FORMATS) in CODE
    assert "--undefined " + r"\|".join(UNDEFINED) in CODE


def test_the_page_names_every_option_of_config() -> None:
    assert set(OPTIONS) <= set(CODE)


def test_the_page_shows_every_decorator() -> None:
    decorators = {name for name in kida_jupyter.__all__ if "extension" not in name}
    assert set(re.findall(r"kida_jupyter\.(\w+)", TEXT)) == decorators


def test_the_links_of_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", found).replace(" ", "-").lower()
        for found in re.findall(r"^#+ (.+)$", TEXT, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert link[1:] in headings if link.startswith("#") else (PAGE.parent / link).exists(), link


def test_the_examples_of_the_page_give_what_stands_below_them(session: Session) -> None:
    assert len(EXAMPLES) > 10
    for cell, output in EXAMPLES:
        run = session.run(cell)
        shown = "".join(data["text/plain"] for data in run.shown) or run.stdout
        # a cell that fails is one whose error is shown
        assert run.ok is not output.startswith("K-"), (cell, run.error)
        if output:
            assert shown.strip() == output.strip()
