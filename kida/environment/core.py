"""The environment: a frozen configuration that templates are made with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from kida.compiler.options import Compiled
from kida.environment.flights import Flight
from kida.environment.following import BUILT_IN, WITH_MORE, beyond, following
from kida.environment.loading import Loader, is_current, load, nearest_template
from kida.environment.options import DEFAULTS, check
from kida.environment.registry import Registry, passed_first
from kida.errors import (
    ErrorCode,
    TemplateError,
    TemplateNotFoundError,
    TemplatesNotFound,
    TemplateSyntaxError,
)
from kida.extension import Extension, parsers_of
from kida.filters import FILTERS
from kida.globals import GLOBALS
from kida.runtime.forms import Form
from kida.runtime.lookup import Lookup, make_lookup
from kida.runtime.naming import unaliased
from kida.runtime.undefined import Undefined
from kida.source import Source
from kida.syntax.delimiters import Delimiters
from kida.template.core import Template
from kida.tests import TESTS
from kida.utils.locks import RLock
from kida.utils.lru_cache import CacheInfo, LRUCache

if TYPE_CHECKING:
    from kida.environment.fragments import FragmentCache
    from kida.syntax.lexer import Lexer
    from kida.syntax.parser import TagParser
    from kida.template.introspection import Analysed

F = TypeVar("F", bound=Callable[..., Any])


class _Usual:
    """What holds where an environment was not told otherwise: its options, and what it makes when it is needed.

    Attributes of a class, so that an environment only has to be given what is its own.
    """

    _registry: Registry = BUILT_IN
    _delimiters: Delimiters = Delimiters()
    _made_lexer: Lexer | None = None
    _made_lookup: Lookup | None = None
    _last_analysed: Analysed | None = None
    _traces_first: bool = False
    _made_fragments: FragmentCache | None = None
    _extensions: Sequence[Extension] = ()


for _name, _default in DEFAULTS.items():
    setattr(_Usual, _name, _default)


class Environment(_Usual):
    """Makes templates. Its configuration is frozen: assigning an attribute raises; `replace` makes another.

    Filters, tests and globals can be added at any time, by any thread; a render that has begun does not see it.

    Parameters (those of Jinja2's ``Environment`` mean what they mean there, "High Level API"): ``loader``;
    ``autoescape``, a bool or a function of a template's name, see `select_autoescape`; ``undefined``, a subclass of
    `Undefined`; ``extensions``, tags of one's own (see `Extension`), and names of Jinja2's extensions whose tags are built in; ``filters``, ``tests``,
    ``globals``, added to the built-in ones or in their place; the delimiters and white-space options;
    ``finalize``, a function that each value written goes through; ``auto_reload``, whether a loader is asked if a
    template changed; ``cache_size``, templates kept (0 none, -1 without bound); ``bytecode_cache``;
    ``fragment_cache_size`` (texts) and ``fragment_ttl`` (seconds) bound what the ``cache`` tag keeps; ``template_aliases``, folders by
    alias, for ``@alias/name``; ``check_calls``, whether calls of macros, also of those imported by a
    literal name, are checked when a template is compiled;
    ``trim_translations``, whether ``trans`` joins the lines of its messages (Jinja2's policy ``ext.i18n.trimmed``);
    ``max_include_depth`` and ``max_recursion``, how deep templates and macros may nest.
    Raises ``TypeError`` for an unknown option and ``ValueError`` for a wrong one.
    """

    def __init__(self, loader: Loader | None = None, **options: Any) -> None:
        if loader is not None:
            options["loader"] = loader
        state = self.__dict__
        if options:
            check(options)
            state.update(options)
            if not WITH_MORE.isdisjoint(options):
                state.update(following(options))
        state["_cache"] = LRUCache(self.cache_size)
        state["_cache_lock"] = RLock()  # the registry is replaced under it, too
        state["_namespaces"] = {}
        state["_loading"] = {}

    _cache: LRUCache[str, Template]
    _namespaces: dict[Form, dict[str, Any]]
    _cache_lock: RLock
    _loading: dict[str, Flight]

    # --- configuration -----------------------------------------------------------------------------------------

    if TYPE_CHECKING:
        # the options are attributes; their names are those of `DEFAULTS`
        def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"the environment is frozen: {name!r} cannot be assigned; use env.replace({name}=…) for another environment"
        )

    def __delattr__(self, name: str) -> None:
        raise AttributeError("the environment is frozen")

    def replace(self, **options: Any) -> Environment:
        """An environment with some options changed, with what was registered here, and caches of its own."""
        return Environment(**{**self._recipe(), **options})

    def _recipe(self) -> dict[str, Any]:
        registry = self._registry
        return {
            **{name: getattr(self, name) for name in DEFAULTS},
            # a read-only view does not pickle
            "template_aliases": None if self.template_aliases is None else dict(self.template_aliases),
            "filters": beyond(registry.filters, FILTERS),
            "tests": beyond(registry.tests, TESTS),
            "globals": beyond(registry.globals, GLOBALS),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        recipe = {name: value for name, value in self._recipe().items() if value is not DEFAULTS.get(name)}
        return _remade, (recipe,)

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """The filters by name, read-only: as they are now."""
        return self._registry.filters

    @property
    def tests(self) -> Mapping[str, Callable[..., Any]]:
        """The tests by name, read-only."""
        return self._registry.tests

    @property
    def globals(self) -> Mapping[str, Any]:
        """The globals by name, read-only."""
        return self._registry.globals

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        """Register a filter, in place of one of that name. Atomic: competing writers lose nothing."""
        self._add("filters", {name: function})

    def add_test(self, name: str, function: Callable[..., Any]) -> None:
        """Register a test."""
        self._add("tests", {name: function})

    def add_global(self, name: str, value: Any) -> None:
        """Register a global."""
        self._add("globals", {name: value})

    def update_filters(self, filters: Mapping[str, Callable[..., Any]]) -> None:
        """Register several filters at once."""
        self._add("filters", filters)

    def update_tests(self, tests: Mapping[str, Callable[..., Any]]) -> None:
        """Register several tests at once."""
        self._add("tests", tests)

    def update_globals(self, globals: Mapping[str, Any]) -> None:
        """Register several globals at once."""
        self._add("globals", globals)

    def install_gettext_translations(self, translations: Any, newstyle: bool | None = None) -> None:
        """Translate with an object as the standard library's ``gettext.translation`` gives.

        Parameters: ``translations``, anything with ``gettext`` and ``ngettext``, and perhaps ``pgettext`` and
        ``npgettext``; ``newstyle``, whether templates' calls of them fill variables in, see
        `install_gettext_callables`. A render that has begun goes on with what was there.
        """
        self.install_gettext_callables(
            translations.gettext,
            translations.ngettext,
            newstyle,
            getattr(translations, "pgettext", None),
            getattr(translations, "npgettext", None),
        )

    def install_null_translations(self, newstyle: bool | None = None) -> None:
        """Translate nothing: messages are written as they are; also what takes translations away again."""
        from gettext import NullTranslations

        self.install_gettext_translations(NullTranslations(), newstyle)

    def install_gettext_callables(
        self,
        gettext: Callable[..., Any],
        ngettext: Callable[..., Any],
        newstyle: bool | None = None,
        pgettext: Callable[..., Any] | None = None,
        npgettext: Callable[..., Any] | None = None,
    ) -> None:
        """Translate with functions.

        Parameters: the functions; ``newstyle``, whether ``{{ gettext("Hello %(user)s", user=name) }}`` fills variables in
        and trusts messages as the template's own text (Jinja2's "New Style Gettext"); left out, as it was before.
        """
        from kida.runtime.translation import installed, is_new_style

        if newstyle is None:
            newstyle = is_new_style(self.globals.get("gettext"))
        self._add("globals", installed(gettext, ngettext, pgettext, npgettext, newstyle=newstyle))

    def uninstall_gettext_translations(self, translations: Any = None) -> None:
        """Take translations away: templates then have no ``gettext``, ``ngettext``, ``pgettext`` and ``npgettext``.

        Parameters: ``translations``, which Jinja2's method takes too; it changes nothing.
        """
        from kida.runtime.translation import FUNCTIONS

        with self._cache_lock:
            self.__dict__["_registry"] = self._registry.without("globals", FUNCTIONS)

    def extract_translations(
        self,
        source: str,
        gettext_functions: Collection[str] = ("_", "gettext", "ngettext", "pgettext", "npgettext"),
    ) -> Iterator[tuple[int, str, str | tuple[str | None, ...] | None]]:
        """What a template has to translate: a line, the function, and what it is given, ``None`` for what is no text.

        Parameters: ``source``, the template's text; ``gettext_functions``, whose calls are looked for. Raises `TemplateSyntaxError`.
        """
        from kida.extraction import messages
        from kida.runtime.translation import is_new_style

        newstyle = is_new_style(self.globals.get("gettext"))
        for line, name, given, _ in messages(
            self, Source(source, None), gettext_functions, newstyle=newstyle
        ):
            yield line, name, given

    def filter(self, name: str | None = None) -> Callable[[F], F]:
        """A decorator that registers a function as a filter, under its own name or another."""
        return self._registering(self.add_filter, name)

    def test(self, name: str | None = None) -> Callable[[F], F]:
        """A decorator that registers a function as a test."""
        return self._registering(self.add_test, name)

    def _registering(
        self, add: Callable[[str, Callable[..., Any]], None], name: str | None
    ) -> Callable[[F], F]:
        if callable(name):
            raise TypeError(f"write @env.{add.__name__[4:]}() with parentheses")

        def register(function: F) -> F:
            add(name or function.__name__, function)
            return function

        return register

    def _add(self, kind: str, added: Mapping[str, Any]) -> None:
        added = dict(
            added
        )  # no code of the caller's runs between reading the registry and putting the next one there
        for name, value in added.items():
            if not isinstance(name, str):
                raise TypeError(f"names of {kind} are str, not {type(name).__name__}")
            if kind != "globals" and not callable(value):
                raise TypeError(f"{name!r} is not callable")
        with self._cache_lock:
            self.__dict__["_registry"] = self._registry.with_added(kind, added)

    # --- templates ---------------------------------------------------------------------------------------------

    def get_template(self, name: Any, globals: Mapping[str, Any] | None = None) -> Template:
        """The template of a name, from the cache or the loader.

        Compiled once however many threads ask: the others wait, and get the same template or the same error.
        Parameters: ``name``; ``globals``, names that only this template sees (it is then not kept in the cache).
        Raises `TemplateNotFoundError`, `TemplateSyntaxError`.
        """
        if isinstance(name, Template):
            return name
        if not isinstance(name, str):
            if isinstance(name, Undefined):
                name._fail_with_undefined_error()
            raise TemplateNotFoundError(name, f"template {name!r} not found: the name of a template is a str")
        if self.template_aliases and name[:1] == "@":
            return self._aliased(name, globals)
        if globals:
            return self._loaded(name, globals)
        template = self._cache.get(name)
        if template is not None and (not self.auto_reload or self._is_current(template)):
            return template
        while True:
            mine: Flight | None = None
            with self._cache_lock:
                flight = self._loading.get(name)
                if flight is not None and not flight.is_here:
                    flight = None
                newer = self._cache.peek(name)
                if flight is None and (newer is None or newer is template):
                    mine = self._loading[name] = Flight()
            if mine is not None:
                return self._land(name, mine)
            # another thread has loaded it, or is about to: perhaps a text that changed before this one asked
            template = newer if flight is None else flight.wait()
            if template is not None and (not self.auto_reload or self._is_current(template)):
                return template

    def _aliased(self, name: str, globals: Mapping[str, Any] | None) -> Template:
        """The template of a name with an alias: the same as by its own name, which is the one that it has."""
        resolved = unaliased(name, self.template_aliases)
        try:
            return self.get_template(resolved, globals)
        except TemplateNotFoundError as error:
            if error.name != resolved:
                raise
            # told by the name that was asked for: whoever ignores what is missing knows no other. A copy, as threads
            # that asked by the other name have the same error
            told = copy(error)
            told.name, told.names, told._trace = name, (name,), error._trace
            raise told.with_traceback(error.__traceback__) from error.__cause__

    def _land(self, name: str, flight: Flight) -> Template:
        """Load a template for all that wait for it."""
        template: Template | None = None
        failed: BaseException | None = None
        try:
            with flight:
                template = self._loaded(name, None)
            return template
        except BaseException as error:
            failed = error
            raise
        finally:
            with self._cache_lock:
                # where the cache was cleared meanwhile, this text may be one that was to be forgotten
                if self._loading.get(name) is flight:
                    if template is not None:
                        self._cache.set(name, template)
                    del self._loading[name]
            flight.land(template, failed)

    def select_template(
        self, names: Iterable[str | Template], globals: Mapping[str, Any] | None = None
    ) -> Template:
        """The first of several templates that there is. Raises `TemplatesNotFound`."""
        if isinstance(names, Undefined):
            names._fail_with_undefined_error()
        tried: list[str] = []
        for name in names:
            try:
                return self.get_template(name, globals)
            except TemplateNotFoundError as error:
                if name not in error.names:
                    raise
                tried.append(str(name))
        raise TemplatesNotFound(tried)

    def get_or_select_template(
        self, names: str | Template | Sequence[str | Template], globals: Mapping[str, Any] | None = None
    ) -> Template:
        """`get_template` for one name, `select_template` for several."""
        if isinstance(names, (str, Template)):
            return self.get_template(names, globals)
        return self.select_template(names, globals)

    def from_string(
        self, source: str, globals: Mapping[str, Any] | None = None, *, name: str | None = None
    ) -> Template:
        """A template from a text.

        Parameters: ``source``; ``globals``, names that only this template sees; ``name``, for messages and for
        ``autoescape``. Raises `TemplateSyntaxError`.
        """
        if not isinstance(source, str):
            raise TypeError(f"the text of a template is a str, not {type(source).__name__}")
        return Template(self, Source(source, name), globals=globals)

    def syntax_errors(self, source: str, *, name: str | None = None) -> list[TemplateSyntaxError]:
        """All that keeps a text from being compiled and that one look can find, in its order; empty where nothing does.

        Unknown filters and tests are among it. An error that may only follow from another is left out. Parameters:
        ``source``; ``name``, for messages.
        """
        from kida.environment.problems import problems_of

        return list(problems_of(self, Source(source, name)))

    def render(self, name: str, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> str:
        """The text of a template by name; parameters as of `Template.render`."""
        return self.get_template(name).render(mapping, **context)

    def render_string(self, source: str, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> str:
        """The text of a template given as a string; parameters as of `Template.render`."""
        return self.from_string(source).render(mapping, **context)

    def compile_expression(self, source: str, undefined_to_none: bool = True) -> Callable[..., Any]:
        """A function that gives the value of an expression for variables, as ``env.compile_expression("a + b")``.

        Parameters: ``source``, the expression; ``undefined_to_none``, whether an undefined value becomes ``None``.
        Raises `TemplateSyntaxError`.
        """
        from kida.template.expression import compile_expression

        return compile_expression(self, source, undefined_to_none)

    def list_templates(
        self, extensions: Iterable[str] | None = None, filter_func: Callable[[str], bool] | None = None
    ) -> list[str]:
        """The names of the loader's templates, sorted.

        Parameters: ``extensions``, file name suffixes without the dot; ``filter_func``, which says which to keep.
        Raises `TemplateError` without a loader, ``TypeError`` where the loader cannot list.
        """
        names = self._required_loader().list_templates()
        if extensions is not None:
            suffixes = tuple(f".{extension}" for extension in extensions)
            names = [name for name in names if name.endswith(suffixes)]
        return [name for name in names if filter_func is None or filter_func(name)]

    def compile_templates(self, target: str, *, extensions: Iterable[str] | None = None) -> list[str]:
        """Compile the loader's templates into a folder, for `ModuleLoader`; gives their names.

        Raises `TemplateSyntaxError` for the first that does not compile.
        """
        from kida.environment.compiled import entry
        from kida.environment.precompiled import write_bundles

        templates = [self.get_template(name) for name in self.list_templates(extensions)]
        entries = ((template, *entry(self, template)) for template in templates)
        return write_bundles(
            target, [(code, {**metadata, "source": template.source}) for template, code, metadata in entries]
        )

    def cache_info(self) -> CacheInfo:
        """Hits, misses, size and capacity of the cache of templates."""
        return self._cache.info()

    def fragment_cache_info(self) -> CacheInfo:
        """Hits, misses, size and capacity of the texts that ``cache`` keeps."""
        return self._fragments.info()

    def clear_cache(self) -> None:
        """Forget the templates kept, and the texts that ``cache`` keeps. Renders that have begun go on with those they have."""
        with self._cache_lock:
            self._loading.clear()
            self._cache.clear()
            self._keep_analysed(None)
        if self._made_fragments is not None:
            self._made_fragments.clear()

    # --- what functions marked with pass_environment use -------------------------------------------------------

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute`` as a template has it."""
        return self._lookup.attribute(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj[argument]`` as a template has it."""
        return self._lookup.item(obj, argument)

    def call_filter(
        self,
        name: str,
        value: Any,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        context: Any = None,
        eval_context: Any = None,
    ) -> Any:
        """The value of a filter by name. Raises `TemplateRuntimeError` for an unknown name."""
        from kida.runtime.by_name import call_by_name

        return call_by_name(self, "filter", name, value, args, kwargs, context, eval_context)

    def call_test(
        self,
        name: str,
        value: Any,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        context: Any = None,
        eval_context: Any = None,
    ) -> Any:
        """The value of a test by name. Raises `TemplateRuntimeError` for an unknown name."""
        from kida.runtime.by_name import call_by_name

        return call_by_name(self, "test", name, value, args, kwargs, context, eval_context)

    def autoescapes(self, name: str | None) -> bool:
        """Whether output is escaped in a template of this name."""
        autoescape = self.autoescape
        return bool(autoescape(name) if callable(autoescape) else autoescape)

    @property
    def _lexer(self) -> Lexer:
        # made at the first template: an environment that finds all of them compiled needs none
        lexer = self._made_lexer
        if lexer is None:
            from kida.syntax.lexer import Lexer

            lexer = Lexer(self._delimiters)
            self.__dict__["_made_lexer"] = lexer
        return lexer

    @property
    def _tags(self) -> Mapping[str, TagParser]:
        from kida.syntax.tags import TAGS, TRIMMING_TAGS

        tags = TRIMMING_TAGS if self.trim_translations else TAGS
        return {**tags, **parsers_of(self._extensions)} if self._extensions else tags

    @property
    def _fragments(self) -> FragmentCache:
        made = self._made_fragments
        if made is None:
            from kida.environment.fragments import FragmentCache

            fresh = FragmentCache(self.fragment_cache_size, self.fragment_ttl)
            made = self.__dict__.setdefault("_made_fragments", fresh)
        return made

    @property
    def _lookup(self) -> Lookup:
        lookup = self._made_lookup
        if lookup is None:
            lookup = make_lookup(self.undefined)
            self.__dict__["_made_lookup"] = lookup
        return lookup

    # --- making templates --------------------------------------------------------------------------------------

    def _required_loader(self) -> Loader:
        loader: Loader | None = self.loader
        if loader is None:
            raise TemplateError(
                "this environment has no loader",
                code=ErrorCode.NO_LOADER,
                hint="give it one: Environment(loader=FileSystemLoader('templates'))",
            )
        return loader

    def _loaded(self, name: str, globals: Mapping[str, Any] | None) -> Template:
        from kida.environment.compiled import from_bundle

        loader = self._required_loader()
        try:
            loaded = load(loader, name)
        except TemplateNotFoundError as error:
            if error.suggestion is None and error.name == name:
                error.suggestion = nearest_template(loader, name)
            raise
        source = Source(loaded.text, name, loaded.filename)
        template = from_bundle(self, source, loaded, globals)
        if template is None:
            template = Template(self, source, globals=globals, version=loaded.version)
        return template

    def _is_current(self, template: Template) -> bool:
        version, name = template._version, template._source.name
        loader: Loader | None = self.loader
        if version is None or loader is None or name is None:
            return True
        return is_current(loader, name, version)

    def _compile(
        self,
        template: Analysed,
        form: Form,
        registry: Registry | None = None,
        *,
        names_only: bool = False,
    ) -> Compiled:
        from kida.environment.compiled import compiled

        return compiled(self, template, form, registry or self._registry, names_only=names_only)

    def _keep_analysed(self, template: Analysed | None) -> None:
        self.__dict__["_last_analysed"] = template

    def _finalize_passes(self) -> str | None:
        finalize = self.finalize
        return None if finalize is None else passed_first(finalize)

    def _namespace(self, form: Form) -> dict[str, Any]:
        namespace = self._namespaces.get(form)
        if namespace is None:
            from kida.runtime.namespace import make_namespace

            made = make_namespace(self, form)
            if self.finalize is not None:
                made[".finalize"] = self.finalize
            namespace = self._namespaces.setdefault(form, made)
        return namespace

    def __repr__(self) -> str:
        return f"<Environment with {self.loader!r}>"


def _remade(recipe: dict[str, Any]) -> Environment:
    return Environment(**recipe)
