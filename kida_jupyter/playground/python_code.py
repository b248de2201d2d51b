"""The Python that a template compiles to, its lines linked with the template's.

The code that is shown is compiled again: it is the same as the template's own, instruction by instruction, and that one
knows the place in the template of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import CodeType

import kida
from kida.runtime.forms import Form


def python_of(template: kida.Template) -> tuple[str, list[tuple[int, int]]]:
    """The code, and pairs of one of its lines and the template's line that it is for, both from 1.

    Lines that are for none have no pair. Raises `kida.TemplateSyntaxError` where the code cannot be written down.
    """
    form = Form.ASYNC_RENDER if template.is_async else Form.RENDER
    text = template.python_source(form)
    unit = template.unit(form, template.environment._registry)
    own = {_readable(one.__code__.co_name): one.__code__ for one in (unit.root, *unit.blocks.values())}
    found: dict[int, Counter[int]] = {}
    for shown in _functions(compile(text, "<template>", "exec", dont_inherit=True)):
        code = own.get(shown.co_name)
        if code is not None:
            _link(shown, code, found)
    return text, [(line, _most(found[line])) for line in sorted(found)]


def _link(shown: CodeType, code: CodeType, found: dict[int, Counter[int]]) -> None:
    """Note the lines of a function, and of those within it, where both codes are the same."""
    if shown.co_code == code.co_code:
        for (line, *_), (linked, *_) in zip(shown.co_positions(), code.co_positions()):
            if line is not None and linked is not None:
                found.setdefault(line, Counter())[linked] += 1
    for one, other in zip(_functions(shown), _functions(code)):
        _link(one, other, found)


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module or of a function, in the order of the text."""
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


def _most(lines: Counter[int]) -> int:
    """The line that most instructions are for, the first of several."""
    return min(lines, key=lambda line: (-lines[line], line))


def _readable(name: str) -> str:
    return name.replace(" ", "_").replace(".", "_")
