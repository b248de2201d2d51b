"""The public API: the names, the options with their defaults, and the signatures that programs are written against."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

import kida

OPTIONS: dict[str, Any] = {
    "autoescape": True,
    "undefined": kida.StrictUndefined,
    "extensions": (),
    "trim_blocks": False,
    "lstrip_blocks": False,
    "keep_trailing_newline": False,
    "newline_sequence": "\n",
    "block_start_string": "{%",
    "block_end_string": "%}",
    "variable_start_string": "{{",
    "variable_end_string": "}}",
    "comment_start_string": "{#",
    "comment_end_string": "#}",
    "line_statement_prefix": None,
    "line_comment_prefix": None,
    "finalize": None,
    "auto_reload": True,
    "cache_size": 400,
    "bytecode_cache": None,
    "fragment_cache_size": 1000,
    "fragment_ttl": 300.0,
    "template_aliases": None,
    "check_calls": False,
    "max_include_depth": 50,
    "max_recursion": 250,
    "trim_translations": False,
}
"""The options that an environment has as attributes. ``filters``, ``tests`` and ``globals`` are added to what there is."""

METHODS = {
    kida.Environment: """replace get_template select_template get_or_select_template from_string compile_expression
        list_templates render render_string add_filter add_test add_global update_filters update_tests update_globals
        filter test filters tests globals cache_info fragment_cache_info clear_cache""",
    kida.Template: """render render_stream render_async render_stream_async generate generate_async render_block
        render_block_stream render_block_async render_block_stream_async render_with_blocks module make_module
        make_module_async name filename source is_async environment list_blocks list_defs def_metadata
        undeclared_variables template_dependencies python_source trace trace_block""",
    kida.TemplateError: """code message template filename lineno column end_lineno end_column source_snippet hint
        suggestion format_compact trace""",
    kida.TemplateFrame: """template filename line column end_line end_column name source_line locals kind""",
}

MODULES = {
    "kida": """FileSystemLoader DictLoader ChoiceLoader PrefixLoader PackageLoader FunctionLoader ModuleLoader Loader
        FileSystemBytecodeCache Markup escape LoopContext AsyncLoopContext RenderContext Extension select_autoescape
        TemplateSyntaxError TemplateNotFoundError TemplateNotFound TemplatesNotFound TemplateRuntimeError UndefinedError
        SecurityError ErrorCode TemplateTrace RenderTrace trace_of pass_context pass_eval_context pass_environment
        Undefined StrictUndefined ChainableUndefined DebugUndefined make_logging_undefined""",
    "kida.render_context": """RenderContext render_context async_render_context get_render_context
        get_render_context_required""",
    "kida.template": "Template CachedBlocksDict",
    "kida.utils.lru_cache": "LRUCache",
    "kida.utils.workers": "is_free_threading_build is_gil_enabled get_optimal_workers should_parallelize",
    "kida.parallel": "render_many",
}


def test_an_environment_has_these_options_with_these_defaults() -> None:
    environment = kida.Environment()
    found = {name: getattr(environment, name) for name in OPTIONS}
    assert found == OPTIONS
    assert environment.loader is None
    assert kida.Environment(filters=None, tests=None, globals=None).filters == environment.filters


@pytest.mark.parametrize("name", ["loader", *OPTIONS, "filters", "tests", "globals", "one_of_ones_own"])
def test_no_attribute_of_an_environment_can_be_assigned_or_deleted(name: str) -> None:
    environment = kida.Environment()
    with pytest.raises(AttributeError):
        setattr(environment, name, None)
    with pytest.raises(AttributeError):
        delattr(environment, name)


def test_only_the_loader_is_given_by_position() -> None:
    loader = kida.DictLoader({"a": "text"})
    assert kida.Environment(loader).render("a") == "text"
    with pytest.raises(TypeError):
        kida.Environment(loader, True)  # type: ignore[call-arg]


@pytest.mark.parametrize("owner", METHODS, ids=lambda owner: owner.__name__)
def test_what_is_promised_of_a_class_is_there(owner: type) -> None:
    there = {*dir(owner), *getattr(owner, "__slots__", ())}
    if issubclass(owner, Exception):
        there |= set(vars(owner("what is wrong")))
    assert set(METHODS[owner].split()) - there == set()


@pytest.mark.parametrize("module", MODULES)
def test_what_is_promised_of_a_module_is_there(module: str) -> None:
    imported = import_module(module)
    assert [name for name in MODULES[module].split() if not hasattr(imported, name)] == []


def test_errors_are_of_the_classes_that_programs_catch() -> None:
    assert issubclass(kida.TemplateSyntaxError, kida.TemplateError)
    assert issubclass(kida.TemplatesNotFound, kida.TemplateNotFoundError)
    assert kida.TemplateNotFound is kida.TemplateNotFoundError
    assert issubclass(kida.TemplateNotFoundError, kida.TemplateError)
    for kind in (kida.UndefinedError, kida.SecurityError):
        assert issubclass(kind, kida.TemplateRuntimeError)
    assert issubclass(kida.TemplateRuntimeError, kida.TemplateError)


RENDERING = """render render_stream render_async render_stream_async trace make_module render_block render_block_stream
    render_block_async render_block_stream_async trace_block render_with_blocks"""


@pytest.mark.parametrize("name", RENDERING.split())
def test_what_renders_takes_a_mapping_by_position_and_variables_of_any_name(name: str) -> None:
    parameters = list(inspect.signature(getattr(kida.Template, name)).parameters.values())
    *_, mapping, variables = parameters
    assert {parameter.kind for parameter in parameters[:-1]} == {inspect.Parameter.POSITIONAL_ONLY}
    assert (mapping.name, mapping.default) == ("mapping", None)
    assert variables.kind is inspect.Parameter.VAR_KEYWORD
