"""Templates whose module renders may share: libraries of macros that keep nothing and ask for nothing but their arguments."""

from __future__ import annotations

from typing import Final

from kida.compiler.generator import Generator
from kida.compiler.written_calls import has_known_arguments, is_of_caller
from kida.runtime.forms import Form
from kida.syntax import nodes

_ALLOWED: Final = frozenset(
    (
        nodes.Text,
        nodes.Output,
        nodes.If,
        nodes.Branch,
        nodes.For,
        nodes.Assign,
        nodes.Parameter,
        nodes.Arguments,
        nodes.TargetName,
        nodes.TargetTuple,
        nodes.Constant,
        nodes.Name,
        nodes.TupleLiteral,
        nodes.ListLiteral,
        nodes.DictLiteral,
        nodes.Unary,
        nodes.Binary,
        nodes.Concat,
        nodes.Comparison,
        nodes.Logic,
        nodes.Conditional,
        nodes.Coalesce,
        nodes.Attribute,
        nodes.Slice,
        nodes.Subscript,
        nodes.NullSafeChain,
        nodes.Filter,
        nodes.Test,
    )
)
"""What a macro may have in it; nothing that includes, imports, calls, or collects."""


def is_shareable(g: Generator, template: nodes.Template) -> bool:
    """Whether nobody could tell a module of a template that is made once from one that is made for each render.

    Its top has macros and text alone. The macros call nothing but ``caller()``, and hand their context to no function:
    so nothing that is the render's is kept, and nobody sees how that came to the template.
    """
    if g.form is not Form.RENDER or g.options.finalize is not None:
        return False
    if any(link.passes == "context" for link in g.links.values()):
        return False
    macros = [node for node in template.body if type(node) is nodes.Macro]
    texts = [node for node in template.body if type(node) is nodes.Text]
    if not macros or len(macros) + len(texts) < len(template.body):
        return False
    return not any(macro.slots for macro in macros) and all(
        type(node) in _ALLOWED
        or node is macro
        or (type(node) is nodes.Call and is_of_caller(node, g) and has_known_arguments(node))
        for macro in macros
        for node in nodes.walk(macro)
    )
