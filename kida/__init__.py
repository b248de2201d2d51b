"""Kida: templates that can be seen into. The language is a superset of Jinja2's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from kida.environment.autoescape import select_autoescape
from kida.environment.bytecode_cache import BytecodeCache, FileSystemBytecodeCache
from kida.environment.core import Environment
from kida.environment.loaders import (
    ChoiceLoader,
    DictLoader,
    FileSystemLoader,
    FunctionLoader,
    Loader,
    ModuleLoader,
    PackageLoader,
    PrefixLoader,
)
from kida.errors import (
    BudgetExceededError,
    ErrorCode,
    FilterArgumentError,
    MacroArgumentError,
    SecurityError,
    TemplateError,
    TemplateNotFound,
    TemplateNotFoundError,
    TemplateRuntimeError,
    TemplatesNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from kida.extension import Extension
from kida.render_context import RenderContext
from kida.runtime.hooks import EvalContext, pass_context, pass_environment, pass_eval_context
from kida.runtime.loop import AsyncLoopContext, LoopContext
from kida.runtime.undefined import (
    ChainableUndefined,
    DebugUndefined,
    StrictUndefined,
    Undefined,
    make_logging_undefined,
)
from kida.template.core import Template

if TYPE_CHECKING:
    from kida.tracing.budget import Budget
    from kida.tracing.result import CallSpan, RenderTrace, SeenValue, Segment, Step, TemplatePart
    from kida.tracing.trace import TemplateFrame, TemplateTrace
    from kida.tracing.traced import trace_render, trace_render_async

__version__ = "0.1.0"

__all__ = [
    "AsyncLoopContext",
    "Budget",
    "BudgetExceededError",
    "BytecodeCache",
    "CallSpan",
    "ChainableUndefined",
    "ChoiceLoader",
    "DebugUndefined",
    "DictLoader",
    "Environment",
    "ErrorCode",
    "EvalContext",
    "Extension",
    "FileSystemBytecodeCache",
    "FileSystemLoader",
    "FilterArgumentError",
    "FunctionLoader",
    "Loader",
    "LoopContext",
    "MacroArgumentError",
    "Markup",
    "ModuleLoader",
    "PackageLoader",
    "PrefixLoader",
    "RenderContext",
    "RenderTrace",
    "SecurityError",
    "SeenValue",
    "Segment",
    "Step",
    "StrictUndefined",
    "Template",
    "TemplateError",
    "TemplateFrame",
    "TemplateNotFound",
    "TemplateNotFoundError",
    "TemplatePart",
    "TemplateRuntimeError",
    "TemplateSyntaxError",
    "TemplateTrace",
    "TemplatesNotFound",
    "Undefined",
    "UndefinedError",
    "escape",
    "make_logging_undefined",
    "pass_context",
    "pass_environment",
    "pass_eval_context",
    "select_autoescape",
    "trace_of",
    "trace_render",
    "trace_render_async",
]


_LATER: Final = {
    "TemplateFrame": "trace",
    "TemplateTrace": "trace",
    "Budget": "budget",
    "CallSpan": "result",
    "RenderTrace": "result",
    "SeenValue": "result",
    "Segment": "result",
    "Step": "result",
    "TemplatePart": "result",
    "trace_render": "traced",
    "trace_render_async": "traced",
}
"""Names of ``kida.tracing`` and their modules, which a render does without."""


def trace_of(exception: BaseException) -> TemplateTrace:
    """The way of any exception through templates, read from its traceback; empty where it passed through none."""
    from kida.tracing.trace import trace_of

    return trace_of(exception)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        found = getattr(import_module(f"kida.tracing.{_LATER[name]}"), name)
        setattr(import_module(__name__), name, found)  # asked for once; `globals` is a module of the package
        return found
    # PEP 703: the package does not need the GIL
    if name == "_Py_mod_gil":
        return 0  # Py_MOD_GIL_NOT_USED
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
