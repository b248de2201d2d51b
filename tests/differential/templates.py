"""Expands the grammar into a set of templates: libraries, parts, a chain of layouts, and the main page.

Macros and blocks have ranks and only use lower ones, and templates only name those built before them: every render ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .productions import Flags, Mark, Reference, parse, pick
from .statements import PROFILES, TEXTS
from .world import CHAINS, CLOSED, MAX_DEPTH, NO_FLAGS, PARAMETERS, Signature, World


@dataclass(slots=True)
class TemplateBuilder:
    """Builds one template; the fields are what stands at the place being written."""

    world: World
    prefix: str
    kind: str
    known: Flags = NO_FLAGS
    macros: dict[str, Signature] = field(default_factory=dict)
    macro_rank: int = 3
    block_rank: int = 5
    inherited: Mapping[str, int] = field(default_factory=dict)
    own_blocks: list[str] = field(default_factory=list)
    in_closure: bool = False

    @staticmethod
    def build_all(world: World, *, layouts: int, extras: int) -> None:
        """Build the whole set, the templates that others use first."""
        if extras & 1:
            TemplateBuilder(world, "p", "library")._build("lib.html")
        if extras & 2:
            TemplateBuilder(world, "q", "part")._build("part.html")
            world.parts.append("'part.html'")
        inherited: dict[str, int] = {}
        parent: str | None = None
        for prefix, name in zip("rsm", CHAINS[layouts], strict=False):
            kind = "child" if parent else "base" if layouts else "page"
            builder = TemplateBuilder(world, prefix, kind, inherited=dict(inherited))
            builder._build(name, parent)
            parent = name
            for block in builder.own_blocks:
                inherited[block] = inherited.get(block, 0) + 1

    def _build(self, name: str, parent: str | None = None) -> None:
        pen, below = self.world.pen, self.world.below
        pen.out = []
        flags = self.world.flags | ({"parts", "direct"} if self.world.parts else NO_FLAGS)
        if parent is not None:
            self._extends(parent, flags)
        self.world.budget = max(self.world.budget, 8)
        if self.kind == "library":
            for _ in range(1 + below(3)):
                self._macro(flags, 1)
        for _ in range(1 + below(4 if self.kind in ("part", "library") else 8)):
            if self.kind == "child" and below(3):
                self.expand("block", flags, 1)
            else:
                self.statement(flags, 1)
            if self.world.budget <= 0:
                break
        self.world.templates[name] = "".join(pen.out)
        if self.kind == "library":
            self.world.libraries[name] = dict(self.macros)

    def _extends(self, parent: str, flags: Flags) -> None:
        below, literal = self.world.below, f"'{parent}'"
        if below(6) == 5:
            self.expand("text", flags, 1)
        forms: tuple[tuple[int, str], ...] = (
            (6, f"{{% extends {literal} %}}"),
            (1, f"{{% extends {literal} if flag or true else 'nope.html' %}}"),
            (1, f"{{% if flag %}}{{% extends {literal} %}}{{% endif %}}"),
            (1, f"{{% if not flag %}}{{% extends {literal} %}}{{% else %}}{{{{ n }}}}{{% endif %}}"),
            (1, f"{{% set layout = {literal} %}}{{% extends layout %}}"),
        )
        if parent == "base.html":
            forms += ((1, "{% extends base_name %}"), (1, "{% extends base_object %}"))
        number = below(sum(weight for weight, _ in forms))
        for weight, form in forms:
            number -= weight
            if number < 0:
                self.world.pen.features.add(f"extends: {form.replace(parent, 'base.html')}")
                self.template(form)
                return

    # --- expansion -----------------------------------------------------------------------------

    def template(self, text: str) -> None:
        """Write fixed text whose delimiters are spelled the case's way."""
        for part in parse(text):
            if isinstance(part, Mark):
                self.world.pen.mark(part)
            elif isinstance(part, str):
                self.world.pen.write(part)

    def expand(self, name: str, flags: Flags, depth: int) -> None:
        """Write one rule."""
        special = SPECIAL.get(name)
        if special is not None:
            special(self, flags, depth)
            return
        visible = flags | self.known | ({"macros"} if self._callable_macros() else NO_FLAGS)
        if visible >= {"ns", "foreign"}:
            visible |= {"lax"}
        production = pick(self.world.choices, name, visible, leaf=depth >= MAX_DEPTH)
        if production is None:
            self.expand("output", flags, depth)
            return
        pen = self.world.pen
        pen.features.add(production.label)
        for part in production.parts:
            if isinstance(part, Reference):
                self.expand(part.rule, part.apply(flags), depth + 1)
            elif isinstance(part, Mark):
                pen.mark(part)
            else:
                pen.write(part)

    def statement(self, flags: Flags, depth: int) -> None:
        """Write one statement of a group that the case's profile likes."""
        self.world.budget -= 1
        if self.world.budget < 0 or depth >= MAX_DEPTH - 1:
            self.expand("output" if self.world.below(2) else "text", flags, MAX_DEPTH - 1)
            return
        weights = PROFILES[self.world.profile]
        number = self.world.below(sum(weights.values()))
        for group, weight in weights.items():
            number -= weight
            if number < 0:
                self.expand(group, flags, depth)
                return

    def _body(self, flags: Flags, depth: int) -> None:
        known, macros = self.known, dict(self.macros)
        for _ in range(1 + self.world.below(3 if depth < 4 else 2)):
            self.statement(flags, depth + 1)
        self.known, self.macros = known, macros

    def _text(self, flags: Flags, depth: int) -> None:
        self.world.pen.write(TEXTS[self.world.below(len(TEXTS))])

    def _define(self, flags: Flags, depth: int) -> None:
        self.known |= flags & {"ns", "cycle", "joiner"}

    # --- macros --------------------------------------------------------------------------------

    def _callable_macros(self) -> list[str]:
        return [name for name, signature in self.macros.items() if signature.rank < self.macro_rank]

    def _macro(self, flags: Flags, depth: int) -> None:
        pen, below = self.world.pen, self.world.below
        if self.macro_rank <= 0 or depth >= MAX_DEPTH - 1:
            self.expand("output", flags, depth)
            return
        rank = below(self.macro_rank)
        names = tuple(PARAMETERS)
        first, count = below(len(names)), below(4)
        parameters = tuple((names + names)[first : first + count])
        required = below(len(parameters) + 1)
        signature = Signature(
            parameters, required, rank, below(5) == 4, below(5) == 4, (None, None, 0, 1)[below(4)]
        )  # fmt: skip
        name = f"{self.prefix}{rank}"
        pen.features.add(f"macro with {len(parameters)} parameters, {len(parameters) - required} defaults")
        self.template("{% ")
        pen.write(f"macro {name}(")
        for position, parameter in enumerate(parameters):
            pen.write(", " * bool(position) + parameter)
            if position >= required:
                pen.write("=")
                self._default(parameters[:position], parameter, flags - CLOSED, depth)
        pen.write(")")
        self.template("%}")
        self._macro_body(flags, depth, signature)
        self.template("{% endmacro %}")
        self.macros[name] = signature

    def _default(self, earlier: tuple[str, ...], parameter: str, flags: Flags, depth: int) -> None:
        same_type = [name for name in earlier if PARAMETERS[name] == PARAMETERS[parameter]]
        if same_type and self.world.below(2):
            self.world.pen.features.add("macro default from another parameter")
            self.world.pen.write(same_type[-1])
        else:
            self.expand(PARAMETERS[parameter], flags, max(depth + 1, MAX_DEPTH - 2))

    def _macro_body(self, flags: Flags, depth: int, signature: Signature) -> None:
        inner = {f"caller{signature.caller}"} if signature.caller is not None else set()
        inner |= {"varargs"} if signature.varargs else set()
        inner |= {"kwargs"} if signature.kwargs else set()
        # A loop of the macro's surroundings stays visible to it now and then: closures see it, blocks do not.
        closed = CLOSED - {"loop"} if self.world.below(8) == 7 else CLOSED
        rank, in_closure = self.macro_rank, self.in_closure
        self.macro_rank, self.in_closure = signature.rank, True
        self._body((flags - closed) | inner, depth)
        if signature.varargs:
            self.template("{{ varargs|join(',') }}")
        if signature.kwargs:
            self.template("{{ kwargs|dictsort }}")
        if signature.caller is not None:
            self._use_caller(signature.caller, flags, depth)
        self.macro_rank, self.in_closure = rank, in_closure

    def _use_caller(self, count: int, flags: Flags, depth: int) -> None:
        pen = self.world.pen
        guarded = self.world.below(4) > 0
        pen.features.add(f"caller() with {count} arguments")
        self.template("{% if caller is defined %}" if guarded else "")
        self.template("{{ caller(")
        if count:
            pen.write(("", "n=")[self.world.below(2)])
            self.expand("int", flags - CLOSED, MAX_DEPTH - 1)
        pen.write(")")
        self.template(("", "|upper")[self.world.below(4) == 3] + "}}")
        self.template("{% endif %}" if guarded else "")

    def _call(self, flags: Flags, depth: int, names: list[str] | None = None) -> None:
        below, pen = self.world.below, self.world.pen
        names = names or self._callable_macros()
        if not names:
            pen.write("s")
            return
        name = names[below(len(names))]
        pen.write(name)
        self._arguments(self.macros[name], flags, depth)

    def _arguments(self, signature: Signature, flags: Flags, depth: int) -> None:
        below, pen = self.world.below, self.world.pen
        written: list[str] = []
        keyword = by_position = False
        pen.write("(")

        def argument(prefix: str, rule: str) -> None:
            pen.write(", " * bool(written) + prefix)
            written.append(prefix)
            self.expand(rule, flags, max(depth + 1, MAX_DEPTH - 2))

        for position, parameter in enumerate(signature.parameters):
            if position >= signature.required and below(3) == 2:
                keyword = True
                continue
            keyword = keyword or below(5) == 4
            by_position = by_position or not keyword
            argument(f"{parameter}=" if keyword else "", PARAMETERS[parameter])
        if signature.varargs and not keyword and below(2):
            argument("*" if below(2) else "", "ints")
        if signature.kwargs and below(2):
            if below(2):
                argument("extra=", "any")
            else:
                argument("**", "others" if by_position else "dict")
        if below(40) == 39:
            argument("nope=", "any")
        pen.write(")")

    def _macro_name(self, flags: Flags, depth: int) -> None:
        names = self._callable_macros()
        self.world.pen.write(names[self.world.below(len(names))] if names else "add")

    def _call_block(self, flags: Flags, depth: int) -> None:
        below, pen = self.world.below, self.world.pen
        takers = [name for name in self._callable_macros() if self.macros[name].caller is not None]
        if below(10) == 9:
            takers = self._callable_macros()
        if not takers:
            self._macro(flags, depth)
            return
        name = takers[below(len(takers))]
        count = self.macros[name].caller
        parameters = ("", "()") if not count else ("(n)", "(n)", "(n=1)", "(n, s='x')", "(n, a=n)")
        self.template("{% ")
        pen.write("call")
        written = parameters[below(len(parameters))]
        pen.features.add(f"call block {written}")
        pen.write(written + " " + name)
        self._arguments(self.macros[name], flags, depth)
        self.template("%}")
        in_closure = self.in_closure
        self.in_closure = True
        self._body(flags - {"jump", "direct", "super", "super2", "caller0", "caller1"}, depth)
        self.in_closure = in_closure
        self.template("{% endcall %}")

    # --- templates that use templates ------------------------------------------------------------

    def _import(self, flags: Flags, depth: int) -> None:
        below, pen = self.world.below, self.world.pen
        if not self.world.libraries or self.kind == "library":
            self.expand("output", flags, depth)
            return
        library, exported = tuple(self.world.libraries.items())[below(len(self.world.libraries))]
        context = (" with context", "", " with context", " without context")[below(4)]
        names = list(exported)
        if below(2) or not names:
            pen.features.add(f"import{context}")
            self.template("{% " + f"import '{library}' as lib{context}" + "%}")
            for name in names:
                self.macros[f"lib.{name}"] = _foreign(exported[name])
            if below(3) == 2 and "foreign" in flags:
                pen.features.add("attributes of an imported template")
                self.template("[{{ lib.a }}{{ lib.n }}{{ lib.gone }}]")
            return
        chosen = names[: 1 + below(len(names))]
        aliases = [name if below(2) else f"{name}_too" for name in chosen]
        clauses = ", ".join(
            name if name == alias else f"{name} as {alias}" for name, alias in zip(chosen, aliases, strict=True)
        )  # fmt: skip
        pen.features.add(f"from import{context}")
        self.template("{% " + f"from '{library}' import {clauses}{context}" + "%}")
        for name, alias in zip(chosen, aliases, strict=True):
            self.macros[alias] = _foreign(exported[name])

    def _part_name(self, flags: Flags, depth: int) -> None:
        parts = self.world.parts
        self.world.pen.write(parts[self.world.below(len(parts))])

    def _block(self, flags: Flags, depth: int) -> None:
        below, pen = self.world.below, self.world.pen
        free = [f"b{rank}" for rank in range(self.block_rank) if f"b{rank}" not in self.own_blocks]
        if not free or self.in_closure:
            self.expand("output", flags, depth)
            return
        overridable = [name for name in free if name in self.inherited]
        pool = overridable if overridable and below(4) else free
        name = pool[below(len(pool))]
        self.own_blocks.append(name)
        levels = self.inherited.get(name, 0)
        scoped = below(5) >= 3
        required = self.kind == "base" and below(16) == 15
        modifiers = [word for word, used in (("scoped", scoped), ("required", required)) if used]
        pen.features.add(f"block {' '.join(modifiers)}, {levels} levels above")
        self.template("{% " + " ".join(["block", name, *modifiers]) + " %}")
        if required:
            self.template(("", " ", "\n")[below(3)])
        else:
            inner = (flags - CLOSED) | {"super"} if levels else flags - CLOSED
            inner |= {"super2"} if levels > 1 else NO_FLAGS
            inner |= {"direct"} if self.world.parts else NO_FLAGS
            inner |= {"loop"} & flags if scoped and below(4) == 3 else NO_FLAGS
            rank, self.block_rank = self.block_rank, int(name[1:])
            self._body(inner, depth)
            self.block_rank = rank
        self.template("{% endblock" + (f" {name}" if below(3) == 2 else "") + " %}")

    def _self_block(self, flags: Flags, depth: int) -> None:
        below, pen = self.world.below, self.world.pen
        names = [name for name in (*self.inherited, *self.own_blocks) if int(name[1:]) < self.block_rank]
        if not names or self.in_closure:
            self.expand("output", flags, depth)
            return
        pen.features.add("self.block()")
        self.template(
            "{{ self." + names[below(len(names))] + "()" + ("|upper" if below(4) == 3 else "") + " }}"
        )


def _foreign(signature: Signature) -> Signature:
    """An imported macro cannot call back, so any macro may call it."""
    return Signature(
        signature.parameters, signature.required, -1, signature.varargs, signature.kwargs, signature.caller
    )  # fmt: skip


SPECIAL: Mapping[str, Callable[[TemplateBuilder, Flags, int], None]] = MappingProxyType(
    {
        "body": TemplateBuilder._body,
        "call": TemplateBuilder._call,
        "macroname": TemplateBuilder._macro_name,
        "DEFINE": TemplateBuilder._define,
        "MACRO": TemplateBuilder._macro,
        "CALLBLOCK": TemplateBuilder._call_block,
        "BLOCK": TemplateBuilder._block,
        "SELFBLOCK": TemplateBuilder._self_block,
        "IMPORT": TemplateBuilder._import,
        "PARTNAME": TemplateBuilder._part_name,
        "TEXT": TemplateBuilder._text,
        "RAW": lambda builder, flags, depth: builder.world.pen.raw(),
        "COMMENT": lambda builder, flags, depth: builder.world.pen.comment(),
    }
)
