"""The names that compiled templates find the engine's functions by: those of `kida.compiler`, with a leading dot."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from operator import getitem
from time import perf_counter_ns
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kida.errors import ErrorCode, TemplateRuntimeError
from kida.globals import Namespace
from kida.render_context import RenderContext
from kida.runtime import ambient, blocks, caching, calls, inclusion, stacks, text, translation
from kida.runtime.forms import Form
from kida.runtime.hooks import EvalContext
from kida.runtime.layout import Overriding
from kida.runtime.lookup import is_absent, is_undefined
from kida.runtime.loop import AsyncLoopContext, LoopContext, async_iterate, auto_await, may_wait
from kida.runtime.macro import AsyncMacro, Macro, MacroShape, TextMacro
from kida.runtime.naming import full_name
from kida.runtime.pending import Pending
from kida.runtime.recursion import check_depth, is_final
from kida.runtime.slots import component, fill, slots_of
from kida.runtime.undefined import Undefined, missing, unmade

if TYPE_CHECKING:
    from kida.environment.core import Environment


def make_namespace(environment: Environment, form: Form) -> dict[str, Any]:
    """The engine's functions for an environment's templates in one form."""
    undefined = environment.undefined
    lookup = environment._lookup

    def find_global(context: RenderContext, name: str) -> Any:
        value = (
            context.unit.globals.get(name, missing) if context._below is None else context.found_below(name)
        )
        return undefined(name=name) if value is missing else value

    def variables(context: RenderContext, names: tuple[str, ...]) -> list[Any]:
        get = context._vars.get
        return [
            value if (value := get(name, missing)) is not missing else find_global(context, name)
            for name in names
        ]

    def dynamic(context: RenderContext, name: str) -> Any:
        value = context.resolve_or_missing(name)
        return undefined(name=name) if value is missing else value

    found: dict[str, Any] = {
        "missing": missing,
        "undefined": undefined,
        "undefined_name": lambda name: undefined(name=name),
        "undefined_parameter": lambda name: undefined(f"parameter {name!r} was not provided", name=name),
        "component": component,
        "fill": fill,
        "slots_of": slots_of,
        "undefined_caller": lambda: undefined("No caller defined", name="caller"),
        "global": find_global,
        "variables": variables,
        "dynamic": dynamic,
        "environment": environment,
        "eval_contexts": {escaping: EvalContext(environment, escaping) for escaping in (False, True)},
        "markup": text.markup,
        "Markup": Markup,
        "type": type,
        "len": len,
        "str": str,
        "bool": bool,
        "iter": iter,
        "slice": slice,
        "subscript": getitem,
        "Exception": Exception,
        "unmade": unmade,
        "LookupError": LookupError,
        "AttributeError": AttributeError,
        "escape": text.escape_str,
        "html": text.html,
        "number_or_markup": text.number_or_markup,
        "output": text.output,
        "text_value": text.text_value,
        "concat_html": text.concat_html,
        "concat_text": text.concat_text,
        "is_absent": is_absent,
        "is_undefined": is_undefined,
        # lenient whatever the environment's kind: so it is in Jinja2
        "undefined_branch": Undefined,
        "values": SimpleNamespace,
        "callee": calls.callee,
        "writing": calls.writing,
        "Shape": MacroShape,
        "Site": calls.CallSite,
        "required_block": blocks.required_block,
        "self": blocks.TemplateReference,
        "super": blocks.super_block,
        "overridden": blocks.overridden,
        "extend": inclusion.extend,
        "extended_twice": inclusion.extended_twice,
        "imported": inclusion.imported,
        "present": present,
        "full_name": full_name,
        "Overriding": Overriding,
        "provide": ambient.provide,
        "stack_name": stacks.stack_name,
        "is_wanted": stacks.is_wanted,
        "no_key": stacks.NO_KEY,
        "push": stacks.push,
        "stack": stacks.stack,
        "pushed": stacks.pushed,
        "take_back": stacks.take_back,
        "pushed_since": stacks.pushed_since,
        "push_again": stacks.push_again,
        "check_kept": stacks.check_kept,
        "plain_gettext": translation.plain,
        "is_new_style": translation.is_new_style,
        "filled": translation.filled,
        "filled_perhaps": translation.filled_perhaps,
        "fragment": caching.fragment,
        "seconds": caching.seconds,
        "restore": ambient.restore,
        "context_here": context_here,
        "set_attribute": set_attribute,
        "check_namespace": check_namespace,
        "check_depth": check_depth,
        "is_final": is_final,
        "debug": debug,
        "loop": LoopContext,
        "may_wait": may_wait,
        "Pending": Pending,
        "macro": Macro,
        "import": inclusion.import_module,
        **lookup._asdict(),
        **_OF_FORM[form],
    }
    if form.is_async:
        found |= {
            "loop": AsyncLoopContext,
            "macro": AsyncMacro,
            "import": inclusion.import_module_async,
            "extend": _extend_async,
            "async_iterate": async_iterate,
            "fragment": caching.fragment_async,
            "auto_await": auto_await,
        }
    if form.traces:
        from kida.tracing import messages, recording

        if not form.is_async:
            found["macro"] = TextMacro
        found |= {
            "recorder": recording.recorder,
            "turn": recording.TURN,
            "now": perf_counter_ns,
            "ended": recording.ENDED,
            "as_str": recording.as_str,
            "translated": messages.translated,
        }
    # interned, as the names in code are: other keys are compared letter by letter, and without the GIL under a lock
    return {sys.intern(f".{name}"): value for name, value in found.items()}


async def _extend_async(context: RenderContext, name: Any) -> RenderContext:
    return inclusion.extend(context, name)


_OF_FORM: Mapping[Form, Mapping[str, Any]] = {
    Form.RENDER: {
        "include": inclusion.include,
        "embed": inclusion.embed,
        "render_parent": inclusion.run,
    },
    Form.STREAM: {
        "include": inclusion.include_stream,
        "embed": inclusion.embed_stream,
        "render_parent": inclusion.run_stream,
    },
    Form.ASYNC_RENDER: {
        "include": inclusion.include_async,
        "embed": inclusion.embed_async,
        "render_parent": inclusion.run_async,
    },
    Form.TRACE: {
        "include": inclusion.include,
        "embed": inclusion.embed,
        "render_parent": inclusion.run,
    },
    Form.ASYNC_TRACE: {
        "include": inclusion.include_async,
        "embed": inclusion.embed_async,
        "render_parent": inclusion.run_async,
    },
    Form.ASYNC_STREAM: {
        "include": inclusion.include_stream_async,
        "embed": inclusion.embed_stream_async,
        "render_parent": inclusion.run_stream_async,
    },
}


def present(variables: dict[str, Any]) -> dict[str, Any]:
    """Those variables that have a value."""
    return {name: value for name, value in variables.items() if value is not missing}


def context_here(context: RenderContext, local: Mapping[str, Any] | None) -> RenderContext:
    """The context with the variables of a place in front."""
    return context.derived(local) if local else context


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """``{% set ns.name = value %}``."""
    check_namespace(owner)
    owner[name] = value


def check_namespace(owner: Any) -> None:
    """Raise where an attribute of something else than a namespace is to be assigned."""
    if not isinstance(owner, Namespace):
        raise TemplateRuntimeError(
            "cannot assign attribute on non-namespace object",
            code=ErrorCode.NOT_A_NAMESPACE,
            hint="only attributes of a namespace() can be assigned: {% set ns = namespace(count=0) %}",
        )


def debug(context: RenderContext, local: Mapping[str, Any] | None) -> str:
    """``{% debug %}``: the context, and the names of all filters and tests (Jinja2's "Extensions", Debug)."""
    import pprint

    shown = {
        "context": context_here(context, local).get_all(),
        "filters": sorted(context.registry.filters),
        "tests": sorted(context.registry.tests),
    }
    return pprint.pformat(shown, depth=3, compact=True)
