"""From text to code for an environment, by way of the caches of compiled templates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from types import CodeType
from typing import TYPE_CHECKING, Any

from kida.compiler.compiler import compile_template, too_deep
from kida.compiler.options import Compiled, Link, Options
from kida.environment.bytecode_cache import Bundle, BytecodeCache, dump_bundle, fingerprint, load_bundle
from kida.environment.loading import LoadedSource
from kida.environment.registry import Registry
from kida.errors import TemplateSyntaxError
from kida.extension import described
from kida.runtime.forms import Form
from kida.source import Source
from kida.template.core import Template
from kida.template.introspection import Analysed, analysed
from kida.template.linking import fits

if TYPE_CHECKING:
    from kida.environment.core import Environment


def compiled(
    environment: Environment,
    template: Analysed,
    form: Form,
    registry: Registry,
    *,
    names_only: bool = False,
) -> Compiled:
    """The code of a template; ``names_only`` as of `compile_template`. Raises `TemplateSyntaxError`, also for what is nested too deeply for Python."""
    source = template.source
    options = Options(
        form,
        environment.autoescapes(source.name),
        registry.passes_of,
        registry.names_of,
        environment._finalize_passes(),
        template.places,
    )
    try:
        return compile_template(
            template.tree, template.scopes, source, options, code_filename(source), names_only=names_only
        )
    except TemplateSyntaxError as error:
        from kida.environment.problems import first_of_all

        raise first_of_all(environment, source, error) from None
    except (RecursionError, MemoryError):
        raise too_deep(template.tree, source) from None


def code_filename(source: Source) -> str:
    """What the code of a template says its file is: what Python's tracebacks print.

    A file's own path; else the template's name, which Python asks the template's loader for the lines of. For a
    string a name of its own, told apart by a digest of the text. Python looks for a file first, so a name that
    happens to be one is marked.
    """
    if source.filename is not None:
        return _sound(source.filename)
    if source.name:
        name = _sound(source.name)
        taken = os.path.exists(name) or (name.startswith("<") and name.endswith(">"))
        return f"template {name}" if taken else name
    digest = blake2b(source.text.encode("utf-8", "surrogatepass"), digest_size=4)
    return f"template string {digest.hexdigest()}"


def _sound(name: str) -> str:
    """A name without what ``compile()`` refuses."""
    return name.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def options_text(environment: Environment) -> str:
    """The options that compiled code depends on, for the keys of caches."""
    autoescape = environment.autoescape
    heeded = [
        repr(environment._delimiters),
        "by name" if callable(autoescape) else repr(bool(autoescape)),
        repr(environment._finalize_passes()),
        repr(bool(environment.check_calls)),
        *described(environment._extensions),
        repr(bool(environment.trim_translations)),
    ]
    return "\n".join(heeded)


def entry(environment: Environment, template: Template) -> tuple[CodeType, dict[str, Any]]:
    """A template's code with what is stored beside it, but for its text."""
    form = Form.ASYNC_RENDER if template.is_async else Form.RENDER
    made = template._compiled.get(form)
    if made is None:
        made = environment._compile(analysed(environment, template._source), form)
    return made.code, _metadata(environment, template, made, form)


def _metadata(environment: Environment, template: Template, made: Compiled, form: Form) -> dict[str, Any]:
    return {
        "name": template.name,
        "filename": template.filename,
        "options": options_text(environment),
        "autoescape": template._autoescape,
        "form": form.value,
        "links": [list(link) for link in made.links],
        "blocks": list(made.blocks),
        "extends": made.extends,
        "shareable": made.shareable,
    }


def from_bundle(
    environment: Environment, source: Source, loaded: LoadedSource, globals: Mapping[str, Any] | None
) -> Template | None:
    """A loaded template made of code compiled earlier: the loader's, or that of the bytecode cache.

    ``None`` where there is neither. Code is not used where options, filters or tests differ from those it was
    compiled with.
    """
    bundle = loaded.bundle
    cache = environment.bytecode_cache
    key = ""
    if bundle is None and cache is not None:
        key = fingerprint(source.name, source.text, options_text(environment), source.filename)
        bundle = _stored(cache, key)
    revived = _revived(environment, source.name, bundle, environment._registry)
    if revived is not None:
        form, made = revived
        known = {form: made}
        return Template(
            environment,
            source,
            globals=globals,
            version=loaded.version,
            compiled=known,
            is_async=form.is_async,
        )
    if cache is None:
        return None
    template = Template(environment, source, globals=globals, version=loaded.version)
    cache.store(key, dump_bundle(*entry(environment, template)))
    return template


def in_another_form(environment: Environment, template: Template, form: Form, registry: Registry) -> Compiled:
    """The code of a template in another form than that it was made with, stored beside that in the bytecode cache.

    Code that records where text comes from is not stored: it refers to the nodes it was made of. Raises
    `TemplateSyntaxError` where the registry lacks a filter or test that was there.
    """
    source = template._source
    cache = None if source.name is None or form.traces else environment.bytecode_cache
    key = ""
    if cache is not None:
        key = fingerprint(
            source.name, source.text, f"{options_text(environment)}\n{form.value}", source.filename
        )
        revived = _revived(environment, source.name, _stored(cache, key), registry)
        if revived is not None and revived[0] is form:
            return revived[1]
    made = environment._compile(analysed(environment, source), form, registry)
    if cache is not None:
        cache.store(key, dump_bundle(made.code, _metadata(environment, template, made, form)))
    return made


def _stored(cache: BytecodeCache, key: str) -> Bundle | None:
    data = cache.load(key)
    return load_bundle(data) if data else None


def _revived(
    environment: Environment, name: str | None, bundle: Bundle | None, registry: Registry
) -> tuple[Form, Compiled] | None:
    """The form and code in a bundle, where this environment would make the same."""
    if bundle is None or bundle.code is None:
        return None
    metadata = bundle.metadata
    try:
        fresh = metadata["options"] == options_text(environment) and metadata[
            "autoescape"
        ] == environment.autoescapes(name)
        form = Form(metadata["form"])
        links = tuple(Link(*link) for link in metadata["links"])
        made = Compiled(
            bundle.code,
            links,
            tuple(metadata["blocks"]),
            metadata["extends"],
            shareable=metadata["shareable"],
        )
    except (KeyError, TypeError, ValueError):
        return None
    known = all(registry.passes_of(link.kind, link.name) is not None for link in links if link.required)
    return (form, made) if fresh and known and fits(made, registry) else None
