"""Single expressions as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kida.compiler.options import Compiled
from kida.runtime.forms import Form
from kida.runtime.undefined import Undefined
from kida.source import Source, Span
from kida.syntax import nodes
from kida.syntax.expressions import expression_list
from kida.syntax.parser import Parser
from kida.syntax.tokens import BEGIN_OUTPUT, END, END_OUTPUT, Token

if TYPE_CHECKING:
    from kida.environment.core import Environment

_RESULT = "result"


def compile_expression(environment: Environment, text: str, undefined_to_none: bool) -> Callable[..., Any]:
    """See `Environment.compile_expression`."""
    from kida.template.core import Template
    from kida.template.introspection import analysed_tree

    source = Source(text)
    tokens = [
        Token(BEGIN_OUTPUT, "", 0, 0),
        *environment._lexer.expression_tokens(source),
        Token(END_OUTPUT, "", len(source.text), len(source.text)),
        Token(END, "", len(source.text), len(source.text)),
    ]
    parser = Parser(source, tokens, environment._tags)
    parser.next()
    value = expression_list(parser)
    if parser.token.kind is not END_OUTPUT:
        parser.fail_expected("the end of the expression")
    span = Span(0, len(source.text))
    target = nodes.TargetName(span, _RESULT)
    tree = nodes.Template(span, (nodes.Assign(span, target, value),))
    compiled: Compiled = environment._compile(analysed_tree(environment, source, tree), Form.RENDER)
    template = Template(environment, source, compiled={Form.RENDER: compiled}, is_async=False)

    def evaluate(mapping: Mapping[str, Any] | None = None, /, **context: Any) -> Any:
        """The value of the expression for these variables."""
        module = template.make_module(mapping, **context)
        result = vars(module)[_RESULT]
        return None if undefined_to_none and isinstance(result, Undefined) else result

    return evaluate
