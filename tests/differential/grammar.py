"""Random sets of templates with contexts and options, as a Hypothesis strategy or from a seed.

What is left out, because it is nondeterministic or a documented difference (docs/jinja2-differences.md):

- `random`, `lipsum`, and the text of anything that prints its address: functions, generators, macros, `loop`, `self`;
- `{% debug %}`: it prints the registries, and Kida has more filters than Jinja2;
- attributes of mappings that are both key and method without a call (`d.items` where "items" is a key): mappings first;
- `{% from … import x %}` of a name that the template does not define: Kida raises when importing, Jinja2 when used;
- templates that include, import or extend themselves, macros and blocks that call themselves: neither engine ends well;
- `map(…)|sort` and the like in async environments, where Jinja2 says that "'async_generator' object is not iterable";
- `sum(start=[])` in async environments, where Jinja2 adds onto the start itself (`[] += (1,)` goes well, `[] + (1,)` does not);
- `StrictUndefined` in async environments, where Jinja2 lets undefined values be iterated;
- `(a is defined if b)`: Jinja2 takes `if` for the test's argument and refuses, Kida reads the conditional expression;
- `include … without context` where the text is caught (`macro`, `call`, `set`, `filter`, recursive loops): Jinja2 writes it
  past the catcher, or prints a generator, unless the environment is async;
- `(-2) ** n`: Jinja2 computes `-(2 ** n)` when `n` is not a constant;
- one parameter of a macro by position and again by name, where the macro takes `kwargs`: Jinja2 puts it there;
- the empty subscript `x[]`, which Jinja2 takes for `x[()]`;
- `finalize` where output is escaped: Jinja2 escapes constants first;
- `indent` of what is no text: Jinja2 raises AttributeError for a list, and TypeError for a number;
- attributes of an imported template or a namespace that are not there, under `DebugUndefined`: its text names the engine's
  class;
- `log` is never iterated while it grows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from .choices import Choices, HypothesisChoices
from .spelling import PLAIN, SYNTAXES, Pen, Spelling
from .statements import PROFILES
from .templates import TemplateBuilder
from .values import CONTEXT
from .world import World

NEWLINES = ("\n", "\r\n", "\r")
# A text of the grammar's has `[]` only as a list, behind a space or a bracket.
_EMPTY_SUBSCRIPT = re.compile(r"[\w)\]'\"]\[\s*\]")
UNDEFINED = ("Undefined", "ChainableUndefined", "DebugUndefined", "StrictUndefined")


@dataclass(frozen=True, slots=True)
class Case:
    """A set of templates, what they are rendered with, and the grammar's features that they use."""

    templates: Mapping[str, str]
    context: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    undefined: str = "Undefined"
    finalize: bool = False
    is_async: bool = False
    main: str = "main.html"
    features: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def __repr__(self) -> str:
        parts = [f"templates={dict(self.templates)!r}", f"context={dict(self.context)!r}"]
        if self.options:
            parts.append(f"options={dict(self.options)!r}")
        if self.undefined != "Undefined":
            parts.append(f"undefined={self.undefined!r}")
        if self.main != "main.html":
            parts.append(f"main={self.main!r}")
        parts += [f"{name}=True" for name in ("finalize", "is_async") if getattr(self, name)]
        return f"Case({', '.join(parts)})"


def _chance(choices: Choices, tenths: int) -> bool:
    return choices.below(10) >= 10 - tenths


def _spelling(choices: Choices, profile: str) -> Spelling:
    fancy = profile == "spacing" or choices.below(5) == 4
    return SYNTAXES[choices.below(len(SYNTAXES))] if fancy else PLAIN


def _options(choices: Choices, profile: str, spelling: Spelling) -> dict[str, Any]:
    options: dict[str, Any] = dict(spelling.options)
    likely = 5 if profile == "spacing" else 1
    for name in ("trim_blocks", "lstrip_blocks", "keep_trailing_newline"):
        if _chance(choices, likely):
            options[name] = True
    newline = choices.below(8 if likely == 1 else 4)
    if 0 < newline < len(NEWLINES):
        options["newline_sequence"] = NEWLINES[newline]
    options["autoescape"] = _chance(choices, 5)
    return options


def _context(choices: Choices, text: str, undefined: str) -> dict[str, str]:
    """Draw values for the names that the templates mention, so that a report stays short."""
    words = set(re.findall(r"[a-z_]+", text))
    context = {}
    for name, (likely, values) in CONTEXT.items():
        strict = undefined == "StrictUndefined" and choices.below(3)
        if name in words and (strict or choices.below(100) < likely):
            context[name] = values[choices.below(len(values))]
    return context


def _broken(choices: Choices, text: str) -> str:
    """Drop, double or swap a character, mostly around a delimiter: a template that may no longer be one."""
    places = [match.start() for match in re.finditer(r"[{}%|()'.,=]|\w+", text)]
    if not places:
        return text
    start = places[choices.below(len(places))]
    action = choices.below(3)
    if action == 0:
        return text[:start] + text[start + 1 :]
    if action == 1:
        return text[:start] + text[start] + text[start:]
    return (
        text[: max(start - 1, 0)]
        + text[start : start + 1]
        + text[max(start - 1, 0) : start]
        + text[start + 1 :]
    )


def _flags(choices: Choices, undefined: str, is_async: bool) -> frozenset[str]:
    """Say what the grammar may use: undefined values rarely where they raise, or nothing else would be seen."""
    used = {
        "async": is_async,
        "sync": not is_async,
        "seen": choices.below(20) == 19,
        "loose": undefined != "StrictUndefined" or choices.below(10) == 9,
        "foreign": undefined != "DebugUndefined",
        "chain": undefined == "ChainableUndefined" or choices.below(16) == 15,
    }
    return frozenset(flag for flag, raised in used.items() if raised)


def build_case(choices: Choices) -> Case:
    """Build one case out of the decisions of ``choices``."""
    profiles = tuple(PROFILES)
    profile = profiles[choices.below(len(profiles))]
    spelling = _spelling(choices, profile)
    undefined = UNDEFINED[(0, 0, 0, 0, 1, 1, 2, 2, 3, 3)[choices.below(10)]]
    is_async = choices.below(10) == 9 and undefined != "StrictUndefined"
    features = {f"profile {profile}", f"undefined {undefined}"}
    flags = _flags(choices, undefined, is_async)
    world = World(choices, profile, Pen(choices, spelling, profile == "spacing", features), flags)
    layouts = 1 + choices.below(2) if profile == "inheritance" else (0, 0, 0, 1, 2)[choices.below(5)]
    TemplateBuilder.build_all(world, layouts=layouts, extras=choices.below(4))
    templates = dict(world.templates)
    if choices.below(25) == 24:
        broken = tuple(templates)[choices.below(len(templates))]
        text = _broken(choices, templates[broken])
        if _EMPTY_SUBSCRIPT.search(text) is None:
            templates[broken] = text
            features.add("broken text")
    options = _options(choices, profile, spelling)
    features.update(f"option {name}={value!r}" for name, value in options.items())
    escaped = options["autoescape"] or any(feature.startswith("autoescape:") for feature in features)
    finalize = choices.below(10) == 9 and not escaped
    features.update(name for name, used in (("finalize", finalize), ("async", is_async)) if used)
    return Case(
        templates,
        _context(choices, "\n".join(templates.values()), undefined),
        options,
        undefined,
        finalize,
        is_async,
        features=frozenset(features),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """The strategy: every decision of the generator is Hypothesis's, so failing cases shrink."""
    return build_case(HypothesisChoices(draw))
