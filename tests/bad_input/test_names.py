"""A variable may be called whatever is a name: Python's keywords, its built-ins, the engine's words and the code's."""

from __future__ import annotations

import builtins
import keyword

import pytest

import kida
from tests.bad_input.outcome import assert_renders, assert_tells_its_place, compiled, guarded

CONSTANTS = {"true", "false", "none", "True", "False", "None"}
OPERATORS = {"and", "or", "not", "in", "is", "if", "else"}
ENGINES = (
    "self", "super", "loop", "caller", "varargs", "kwargs", "template", "context", "environment", "ctx", "write", "missing", "Markup",
    "escape", "str", "type", "print", "__debug__", "_", "__", "__import__", "__class__", "__name__", "__loader__", "__builtins__", "__dict__",
    "__traceback_hide__", "root", "blocks", "block", "macro", "call", "end", "endif", "endfor", "raw", "namespace", "range", "x1", "l_0_x",
    "parent", "chunk", "buffer1", "get", "vars", "match", "case", "let", "export", "def", "await", "async", "yield", "lambda", "elif",
    "recursive", "scoped", "required", "ignore", "with", "without", "as", "import", "from", "e", "err", "été", "ﬁ", "ſ", "𝐱", "ª", "ⅷ", "x̱", "名前",
)  # fmt: skip
NAMES = sorted({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *ENGINES} - CONSTANTS - OPERATORS)
SPECIAL = {"loop", "self", "super", "caller", "varargs", "kwargs"}
"""Names that the language gives a meaning to in some places."""


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_of_any_name_is_read_from_the_context(name: str) -> None:
    env = kida.Environment(kida.DictLoader({"i": f"{{{{ {name} }}}}"}))
    text = f"{{{{ {name} }}}}{{% include 'i' %}}{{% for x in [1] %}}{{{{ {name} ~ x }}}}{{% endfor %}}{{{{ [{name} for x in [1]][0] }}}}"
    if name in {"loop", "self", "super", "await"}:
        with guarded():
            compiled(env, text)
        return
    assert_renders(env, text, "77717", **{name: 7})


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_kind_can_be_assigned_and_kept_apart_from_the_codes_own(name: str) -> None:
    text = (
        f"{{% set {name} = 1 %}}{{{{ {name} }}}}{{% with {name} = 2 %}}{{{{ {name} }}}}{{% endwith %}}"
        f"{{% macro m({name}) %}}{{{{ {name} }}}}{{% endmacro %}}{{{{ m(3) }}}}{{{{ m({name}=4) }}}}"
        f"{{% for x in [1] %}}{{% set {name} = 5 %}}{{{{ {name} }}}}{{% endfor %}}{{{{ {name} }}}}"
        f"{{% block b %}}{{{{ {name} }}}}{{% endblock %}}{{{{ '<' }}}}{{{{ [{name} for {name} in [6]][0] }}}}"
        f"{{% match 7 %}}{{% case {name} %}}{{{{ {name} }}}}{{% end %}}"
    )
    if name in SPECIAL | {"await", "_", "__debug__"}:
        with guarded():
            compiled(kida.Environment(), text)
        return
    assert_renders(kida.Environment(), text, "1234511&lt;67")


@pytest.mark.parametrize("name", NAMES)
def test_a_macro_a_loop_variable_and_an_import_of_any_name(name: str) -> None:
    loader = kida.DictLoader({"m": f"{{% macro {name}() %}}<{{% endmacro %}}{{% set x = 1 %}}"})
    env = kida.Environment(loader)
    text = (
        f"{{% macro {name}(a=1) %}}{{{{ a }}}}{{% endmacro %}}{{{{ {name}() }}}}"
        f"{{% for {name} in [2] %}}{{{{ {name} }}}}{{% endfor %}}"
        f"{{% import 'm' as {name} %}}{{{{ {name}.x }}}}{{% let {name} = 3 %}}{{{{ {name} }}}}"
        f"{{% capture {name} %}}4{{% end %}}{{{{ {name} }}}}{{% try %}}{{{{ 1 // 0 }}}}{{% fallback {name} %}}5{{% end %}}"
    )
    if name in SPECIAL | {"await"}:
        with guarded():
            compiled(env, text)
        return
    assert_renders(env, text, "121345")


@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_a_key_an_argument_and_a_block_of_any_name(name: str) -> None:
    text = (
        f"{{{{ d.{name} }}}}{{{{ d?.{name} }}}}{{{{ f({name}=2) }}}}{{% block {name} %}}3{{% endblock %}}{{{{ self.{name}() }}}}"
        f"{{% match d %}}{{% case {{'{name}': y}} %}}{{{{ y }}}}{{% end %}}{{% set ns = namespace({name}=4) %}}{{% set ns.{name} = 5 %}}{{{{ ns.{name} }}}}"
    )
    if name.startswith("__"):
        with guarded():
            compiled(kida.Environment(), text)
        return
    assert_renders(kida.Environment(), text, "1123315", d={name: 1}, f=lambda **kwargs: kwargs[name])


@pytest.mark.parametrize("name", sorted(CONSTANTS | OPERATORS | set(NAMES)))
def test_a_word_of_the_language_where_a_name_stands_is_a_template_or_an_error_with_a_place(name: str) -> None:
    places = (
        "{{ * }}", "{{ *() }}", "{{ x.* }}", "{{ x|* }}", "{{ x is * }}", "{{ x is not * }}", "{{ f(*=1) }}", "{{ f(**=1) }}", "{{ *=1 }}", "{{ not * }}",
        "{{ await * }}", "{{ x if * }}", "{{ [* for * in *] }}", "{{ x ?? * }}", "{{ x |> * }}", "{% * %}", "{% end* %}", "{% set * = 1 %}",
        "{% set *.x = 1 %}", "{% set *, x = 1 %}", "{% set * %}{% endset %}", "{% let * ??= 1 %}", "{% export * = 1 %}", "{% for * in x %}{% endfor %}",
        "{% for x in * %}{% endfor %}", "{% for x in y if * %}{% endfor %}", "{% macro *() %}{% endmacro %}", "{% macro m(*) %}{% endmacro %}",
        "{% def m(x: *, *, y) %}{% end %}", "{% call(*) f() %}{% endcall %}", "{% call *() %}{% endcall %}", "{% block * %}{% endblock %}",
        "{% block x * %}{% endblock %}", "{% block x %}{% endblock * %}", "{% include * %}", "{% include 'x' * %}", "{% import 'x' as * %}",
        "{% import * as x %}", "{% from 'x' import * %}", "{% from 'x' import x as * %}", "{% from 'x' import x * %}", "{% with * = 1 %}{% endwith %}",
        "{% filter * %}{% endfilter %}", "{% match * %}{% case * %}{% end %}", "{% match x %}{% case [*, **] %}{% end %}",
        "{% match x %}{% case 1 as * %}{% end %}", "{% match x %}{% case {'a': *, **rest} %}{% end %}", "{% match x %}{% case *.x %}{% end %}",
        "{% try %}{% fallback * %}{% end %}", "{% extends * %}", "{% while * %}{% end %}", "{% autoescape * %}{% end %}", "{% do * %}",
        "{% for x in y %}{% set * = 1 %}{{ * }}{% endfor %}", "{% macro m() %}{{ * }}{% set * = 1 %}{{ * }}{% endmacro %}",
        "{% block b %}{{ * }}{% set * = 1 %}{{ *.x() }}{% endblock %}", "{% for * in x recursive %}{{ loop(*) }}{% endfor %}",
    )  # fmt: skip
    env = kida.Environment()
    for place in places:
        with guarded():
            try:
                env.from_string(place.replace("*", name))
            except kida.TemplateError as error:
                assert_tells_its_place(error, place.replace("*", name))


@pytest.mark.parametrize(
    "name", ["x²", "²", "1x", "·x", "\u0301", "x\u200d", "€", "x-y", "१x", "x\u00b7", "ﬀ", "ℌ", "ªº", "ǆ"]
)
def test_a_name_that_python_spells_otherwise_or_refuses(name: str) -> None:
    text = f"{{% set {name} = 1 %}}{{{{ {name} }}}}{{% macro m({name}=2) %}}{{{{ {name} }}}}{{% endmacro %}}{{{{ m({name}=3) }}}}{{{{ x.{name} }}}}"
    with guarded():
        template = compiled(kida.Environment(undefined=kida.ChainableUndefined), text)
        if template is not None:
            assert template.render() == "13"


def test_two_names_that_python_takes_for_one_are_a_template_or_an_error() -> None:
    with guarded():
        for text in (
            "{% macro m(ﬁ, fi) %}{{ ﬁ }}{{ fi }}{% endmacro %}{{ m(1, 2) }}",
            "{{ f(ﬁ=1, fi=2) }}",
            "{% set ﬁ = 1 %}{% set fi = 2 %}{{ ﬁ }}",
        ):
            compiled(kida.Environment(), text)
    assert_renders(kida.Environment(), "{% set ﬁ = 1 %}{{ ﬁ }}{{ x.ﬁ }}", "12", x={"ﬁ": 2})
