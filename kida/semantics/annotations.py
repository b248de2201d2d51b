"""Whether a literal can be meant for an annotation: told only where it is certain."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kida.syntax import nodes

_TYPES: Final = MappingProxyType(
    {
        "str": (str,),
        "int": (int, bool),
        "float": (int, float, bool),
        "complex": (int, float, complex, bool),
        "bool": (bool,),
        "None": (type(None),),
        "none": (type(None),),
        "list": (list,),
        "tuple": (tuple,),
        "dict": (dict,),
        "set": (set,),
        "bytes": (),
    }
)
"""The types of literals that the names of annotations take (PEP 484: an int is taken for a float); any other name takes
everything."""
_LITERALS: Final = MappingProxyType(
    {nodes.ListLiteral: list, nodes.DictLiteral: dict, nodes.TupleLiteral: tuple, nodes.Concat: str}
)
_COMPREHENSIONS: Final = MappingProxyType({"list": list, "set": set, "dict": dict})
_MAX_ANNOTATION: Final = 1000
"""Characters of an annotation that is looked into."""


class _Literal(NamedTuple):
    """What is known of an expression: its type, and its value where ``has_value``."""

    kind: type
    has_value: bool = False
    value: Any = None


def fits(argument: nodes.Expression, annotation: str | None) -> bool:
    """Whether an expression may be meant for an annotation; what is no literal always may."""
    if annotation is None:
        return True
    literal = _literal(argument)
    if literal is None:
        return True
    parsed = _parsed(annotation)
    return parsed is None or _takes(parsed, literal, argument)


def _literal(node: nodes.Expression) -> _Literal | None:
    if isinstance(node, nodes.Constant):
        return _Literal(type(node.value), True, node.value)
    if isinstance(node, nodes.Unary):
        operand = _literal(node.operand)
        if node.operator == "not":
            return _Literal(bool)
        if operand is None or operand.kind not in (int, float) or node.operator not in ("-", "+"):
            return None
        value = -operand.value if node.operator == "-" and operand.has_value else operand.value
        return operand._replace(value=value)
    if isinstance(node, nodes.Comprehension):
        return _Literal(_COMPREHENSIONS[node.kind]) if node.kind in _COMPREHENSIONS else None
    kind = _LITERALS.get(type(node))
    return None if kind is None else _Literal(kind)


def _parsed(annotation: str) -> ast.expr | None:
    if len(annotation) > _MAX_ANNOTATION:
        return None
    try:
        return ast.parse(f"({annotation})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _takes(annotation: ast.expr, literal: _Literal, argument: nodes.Expression) -> bool:
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _takes(annotation.left, literal, argument) or _takes(annotation.right, literal, argument)
    if isinstance(annotation, ast.Constant):
        if annotation.value is None:
            return literal.kind is type(None)
        quoted = _parsed(annotation.value) if isinstance(annotation.value, str) else None
        return quoted is None or _takes(quoted, literal, argument)
    if isinstance(annotation, ast.Subscript):
        inside = annotation.slice
        parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        name = _name(annotation.value)
        rule = _GENERIC.get(name)
        if rule is not None:
            return rule(parts, literal, argument)
        return _is_of(name, literal) and _items_fit(name, parts, argument)
    return _is_of(_name(annotation), literal)


def _name(annotation: ast.expr) -> str:
    """The last word of a dotted name; empty for anything else."""
    if isinstance(annotation, ast.Name):
        return annotation.id
    return annotation.attr if isinstance(annotation, ast.Attribute) else ""


def _is_of(name: str, literal: _Literal) -> bool:
    name = name.lower() if name in ("List", "Dict", "Tuple", "Set") else name
    return name not in _TYPES or literal.kind in _TYPES[name]


def _items_fit(name: str, parts: list[ast.expr], argument: nodes.Expression) -> bool:
    """Whether each item of a list, and each key and value of a dict, may be what the annotation says."""
    if name in ("list", "List") and isinstance(argument, nodes.ListLiteral) and len(parts) == 1:
        return all(_item_fits(parts[0], item) for item in argument.items)
    if name in ("dict", "Dict") and isinstance(argument, nodes.DictLiteral) and len(parts) == 2:
        return all(
            _item_fits(part, item) for pair in argument.items for part, item in zip(parts, pair, strict=True)
        )
    return True


def _item_fits(annotation: ast.expr, item: nodes.Expression) -> bool:
    literal = _literal(item)
    return literal is None or _takes(annotation, literal, item)


def _any_of(parts: list[ast.expr], literal: _Literal, argument: nodes.Expression) -> bool:
    return any(_takes(part, literal, argument) for part in parts)


def _or_none(parts: list[ast.expr], literal: _Literal, argument: nodes.Expression) -> bool:
    return literal.kind is type(None) or _any_of(parts, literal, argument)


def _annotated(parts: list[ast.expr], literal: _Literal, argument: nodes.Expression) -> bool:
    return _takes(parts[0], literal, argument)


def _one_of_values(parts: list[ast.expr], literal: _Literal, argument: nodes.Expression) -> bool:
    """``Literal["a", 1]`` (PEP 586): values are told apart by their types, too."""
    values = list(_values(parts))
    if len(values) < len(parts):  # there are names among them
        return True
    if not literal.has_value:
        return any(type(value) is literal.kind for value in values)
    return any(type(value) is literal.kind and value == literal.value for value in values)


def _values(parts: list[ast.expr]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, ast.Name) and part.id in ("none", "true", "false"):
            yield {"none": None, "true": True, "false": False}[part.id]
            continue
        try:
            yield ast.literal_eval(part)
        except (ValueError, TypeError):
            continue


_Generic = Callable[[list[ast.expr], _Literal, nodes.Expression], bool]
_GENERIC: Final[MappingProxyType[str, _Generic]] = MappingProxyType(
    {
        "Optional": _or_none,
        "Union": _any_of,
        "Literal": _one_of_values,
        "Annotated": _annotated,
    }
)
