"""Random templates in which every text and every value says where it is from: ``⟦t3⟧``, ``⟦v7⟧``.

Only filters that leave such a token as it is are used, so that each must be found again in what was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

DEPTH = 3
FILTERS = (
    "trim",
    "indent(2, true)",
    "string",
    "safe",
    "replace('~', '-')",
    "default('-')",
    "center(80)",
    "trim|indent",
)
SPACES = ("", " ", "\n", "  \n ", "-", "é😀\n")

Home = tuple[str, str | None]
"""The call that a text stands in: its kind and name."""


@dataclass(frozen=True)
class Origin:
    """Where a token is from: the expression that writes it (``None``: it is text), and the call that it stands in."""

    expression: str | None
    home: Home


@dataclass
class Generated:
    """Templates by name; what they are rendered with; where each token is from."""

    templates: dict[str, str] = field(default_factory=dict)
    context: dict[str, str] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


class Builder:
    """Makes templates; ``below`` chooses, a number below the one it is given."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below
        self._count = 0
        self.made = Generated()
        self.blocks: list[str] = []

    def one_of(self, choices: tuple[str, ...]) -> str:
        return choices[self.below(len(choices))]

    def fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def token(self, name: str, expression: str | None, home: Home) -> str:
        self.made.origins[f"⟦{name}⟧"] = Origin(expression, home)
        return f"⟦{name}⟧"

    def text(self, home: Home, _: int = 0) -> str:
        return self.one_of(SPACES) + self.token(self.fresh("t"), None, home) + self.one_of(SPACES)

    def value(self, home: Home, _: int = 0) -> str:
        name = self.fresh("v")
        self.made.context[name] = self.token(name, name, home)
        return f"{{{{ {name} }}}}"

    def body(self, home: Home, depth: int, *, blocks: bool) -> str:
        return "".join(self.statement(home, depth, blocks=blocks) for _ in range(1 + self.below(3)))

    def statement(self, home: Home, depth: int, *, blocks: bool) -> str:
        if depth >= DEPTH:
            return self.text(home) if self.below(2) else self.value(home)
        kinds = (
            self.text, self.value, self.loop, self.branch, self.with_, self.call, self.call_block, self.capture,
            self.filter_block, self.include, self.autoescape, self.joined, self.concatenated, self.imported, self.try_,
        )  # fmt: skip
        chosen = self.below(len(kinds) + blocks)
        if chosen == len(kinds):
            return self.block(depth)
        return kinds[chosen](home, depth + 1)

    # --- what a body may have ----------------------------------------------------------------------------------

    def loop(self, home: Home, depth: int) -> str:
        variable = self.fresh("i")
        return f"{{% for {variable} in range(2) %}}{self.body(home, depth, blocks=False)}{{% endfor %}}"

    def branch(self, home: Home, depth: int) -> str:
        return f"{{% if {('true', 'false')[self.below(2)]} %}}{self.body(home, depth, blocks=False)}{{% else %}}{self.text(home)}{{% endif %}}"

    def with_(self, home: Home, depth: int) -> str:
        name, value = self.fresh("w"), self.fresh("c")
        token = self.token(value, name, home)
        return f"{{% with {name} = '{token}' %}}{{{{ {name} }}}}{self.body(home, depth, blocks=False)}{{% endwith %}}"

    def macro(self, depth: int) -> tuple[str, str]:
        """The definition of a macro, and a call of it."""
        name, parameter = self.fresh("m"), self.fresh("p")
        home = "macro", name
        body = self.body(home, depth, blocks=False) + f"{{{{ {parameter} }}}}"
        token = self.token(self.fresh("a"), parameter, home)
        return f"{{% macro {name}({parameter}) %}}{body}{{% endmacro %}}", f"{name}('{token}')"

    def call(self, home: Home, depth: int) -> str:
        definition, call = self.macro(depth)
        return definition + self.written(call)

    def written(self, expression: str) -> str:
        """An expression is written: as it is, through a filter, twice, by another name."""
        how = self.below(5)
        if how == 0:
            return f"{{{{ {expression}|{self.one_of(FILTERS)} }}}}"
        if how == 1:
            name = self.fresh("n")
            return f"{{% set {name} = {expression}|{self.one_of(FILTERS)} %}}{{{{ {name} }}}}"
        if how == 2:
            name = self.fresh("n")
            return f"{{% set {name} = {expression} %}}{{{{ {name} }}}}{{{{ {name} }}}}"
        return f"{{{{ {expression} }}}}"

    def call_block(self, home: Home, depth: int) -> str:
        name = self.fresh("m")
        caller = "{{ caller() }}" if self.below(2) else f"{{{{ caller()|{self.one_of(FILTERS)} }}}}"
        around = self.body(("macro", name), depth, blocks=False)
        body = self.body(("caller", None), depth, blocks=False)
        return f"{{% macro {name}() %}}{around}{caller}{{% endmacro %}}{{% call {name}() %}}{body}{{% endcall %}}"

    def capture(self, home: Home, depth: int) -> str:
        name = self.fresh("s")
        through = f" | {self.one_of(FILTERS)}" if self.below(3) == 0 else ""
        return f"{{% set {name}{through} %}}{self.body(home, depth, blocks=False)}{{% endset %}}{self.written(name)}"

    def filter_block(self, home: Home, depth: int) -> str:
        return f"{{% filter {self.one_of(FILTERS)} %}}{self.body(home, depth, blocks=False)}{{% endfilter %}}"

    def include(self, home: Home, depth: int) -> str:
        name = self.fresh("part")
        self.made.templates[name] = self.body(("include", name), depth, blocks=False)
        return f"{{% include '{name}' %}}"

    def imported(self, home: Home, depth: int) -> str:
        name = self.fresh("lib")
        definition, call = self.macro(depth)
        self.made.templates[name] = definition
        return f"{{% import '{name}' as {name} with context %}}{self.written(f'{name}.{call}')}"

    def autoescape(self, home: Home, depth: int) -> str:
        on = ("true", "false", "1 == 1")[self.below(3)]
        return f"{{% autoescape {on} %}}{self.body(home, depth, blocks=False)}{{% endautoescape %}}"

    def joined(self, home: Home, depth: int) -> str:
        macros = [self.macro(depth) for _ in range(1 + self.below(3))]
        definitions = "".join(definition for definition, _ in macros)
        return f"{definitions}{self.written(f'''([{', '.join(call for _, call in macros)}]|join('{self.one_of(SPACES[:2])}'))''')}"

    def concatenated(self, home: Home, depth: int) -> str:
        first, second = self.macro(depth), self.macro(depth)
        return f"{first[0]}{second[0]}{self.written(f'({first[1]} ~ {second[1]})')}"

    def try_(self, home: Home, depth: int) -> str:
        body = self.body(home, depth, blocks=False)
        if self.below(2):
            return f"{{% try %}}{body}{{% fallback %}}-{{% endtry %}}"
        return f"{{% try %}}{body}{{{{ 1 // 0 }}}}{{% fallback %}}{self.text(home)}{{% endtry %}}"

    def block(self, depth: int) -> str:
        name = self.fresh("b")
        self.blocks.append(name)
        return f"{{% block {name} %}}{self.body(('block', name), depth + 1, blocks=False)}{{% endblock %}}"

    # --- whole templates ---------------------------------------------------------------------------------------

    def whole(self) -> Generated:
        if self.below(3):
            base = self.body(("template", "base"), 0, blocks=True)
            blocks = list(self.blocks)
            if not blocks:
                base += self.block(0)
                blocks = list(self.blocks)
            self.made.templates["base"] = base
            own = "{% extends 'base' %}"
            for name in blocks:
                if self.below(2):
                    above = ("{{ super() }}", "{{ super()|trim }}", "")[self.below(3)]
                    own += f"{{% block {name} %}}{above}{self.body(('block', name), 1, blocks=False)}{{% endblock %}}"
            self.made.templates["main"] = own
        else:
            own = self.body(("template", "main"), 0, blocks=True)
            again = "".join(f"{{{{ self.{name}() }}}}" for name in self.blocks[:1])
            self.made.templates["main"] = own + again
        return self.made


@st.composite
def generated_templates(draw: Callable[[st.SearchStrategy[int]], int]) -> Generated:
    """Templates named "main" and whatever it needs."""
    return Builder(lambda limit: draw(st.integers(0, limit - 1))).whole()
