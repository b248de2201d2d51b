"""The Python that a template compiles to, its lines linked with the template's.

The code that is shown is read by Python again: its nodes are those that it was written from, and these know their places
in the template.
"""

from __future__ import annotations

import ast
from collections import Counter

import kida
from kida.runtime.forms import Form
from kida.template.introspection import python_code


def python_of(template: kida.Template) -> tuple[str, list[tuple[int, int]]]:
    """The code, and pairs of one of its lines and the template's line that it is for, both from 1.

    A line on which nothing stands that has a place, as ``else:``, is for what the next is for. Raises
    `kida.TemplateSyntaxError` where the code cannot be written down.
    """
    form = Form.ASYNC_RENDER if template.is_async else Form.RENDER
    text, made = python_code(template, form)
    try:
        read = ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError):
        return text, []  # brackets in brackets that Python compiles, and does not read
    found: dict[int, Counter[int]] = {}
    pending: list[tuple[ast.AST, ast.AST]] = [(read, made)]
    while pending:
        shown, node = pending.pop()
        if hasattr(shown, "lineno") and hasattr(node, "lineno"):
            found.setdefault(shown.lineno, Counter())[node.lineno] += 1
        if type(shown) is type(node):  # a negative number is one node, and read as two
            pending += zip(ast.iter_child_nodes(shown), ast.iter_child_nodes(node))
    pairs = {line: _most(linked) for line, linked in found.items()}
    lines = text.split("\n")
    for number in range(len(lines) - 1, 0, -1):
        if number not in pairs and lines[number - 1].strip() and number + 1 in pairs:
            pairs[number] = pairs[number + 1]
    return text, sorted(pairs.items())


def _most(lines: Counter[int]) -> int:
    """The line that most is for, the first of several."""
    return min(lines, key=lambda line: (-lines[line], line))
