"""The code samples of the user's own page, as they are written there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import kida
from kida import Environment, FileSystemLoader, Template
from kida.render_context import get_render_context
from kida.utils.lru_cache import LRUCache
from tests.thread_safety.forms import ending
from tests.thread_safety.threads import Rendezvous, together

DECLARATION = """
def __getattr__(name):
    if name == "_Py_mod_gil":
        return 0  # Py_MOD_GIL_NOT_USED
"""

COPY_ON_WRITE = """
def add_filter(self, name, func):
    # Copy-on-write: no locking needed
    new_filters = self._filters.copy()
    new_filters[name] = func
    self._filters = new_filters
"""

RENDER = """
from kida.render_context import render_context

def render(self, **context):
    with render_context(template_name=self._name) as ctx:
        _out = []  # Local buffer
        seen.append(ctx)
        # ctx.line updated during render for error tracking
        # No internal keys pollute user context
        return "".join(_out)
"""

CACHE = """
# Thread-safe cache access (RLock-protected internally)
cached = self._cache.get(name)
self._cache.set(name, template)
"""

CONFIGURATION = """
from kida import Environment, FileSystemLoader

env = Environment(
    loader=FileSystemLoader("templates/"),
    autoescape=True,
)
# Configuration is now immutable
"""

COUNTING = """
import threading

_shared_counter_lock = threading.Lock()
_shared_counter = 0

def counting_filter(value):
    global _shared_counter
    with _shared_counter_lock:
        _shared_counter += 1
    return str(value)

env.add_filter("counted", counting_filter)
"""

POOL = """
from concurrent.futures import ThreadPoolExecutor
from kida import Environment, FileSystemLoader

env = Environment(loader=FileSystemLoader("templates/"))
template = env.get_template("page.html")

def render_page(context):
    return template.render(**context)

contexts = [{"name": f"User {i}"} for i in range(100)]

# On Python 3.14t, this runs with true parallelism
with ThreadPoolExecutor(max_workers=4) as executor:
    results = list(executor.map(render_page, contexts))
"""

ASYNCIO = """
import asyncio

async def render_many(env):
    template = env.get_template("page.html")

    # Use asyncio.to_thread() for true parallel rendering on 3.14t
    tasks = [
        asyncio.to_thread(template.render, user=f"User {i}")
        for i in range(100)
    ]
    return await asyncio.gather(*tasks)
"""

ONCE = """
# Create once, reuse everywhere
env = Environment(loader=FileSystemLoader("templates/"))

def handle_request(request):
    template = env.get_template(request.path)
    return template.render(**request.context)
"""

AT_STARTUP = """
# Don't add filters during concurrent rendering
def render_with_filter(value):
    env.add_filter("custom", custom_func)  # Race condition!
    return template.render(value=value)

# Add filters at startup
env.add_filter("custom", custom_func)

def render(value):
    return template.render(value=value)
"""

CACHING = """
# Templates are compiled once, then cached
# Concurrent get_template() calls for the same name
# wait for the first compilation to complete
template = env.get_template("page.html")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with ``templates/page.html`` in it."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("Hello {{ name|default(user, true) }}!")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(sample: str, **given: Any) -> dict[str, Any]:
    """The names that a sample leaves, run with some names there already."""
    names: dict[str, Any] = {"__name__": "sample", **given}
    exec(sample, names)
    return names


def test_the_declaration_answers_as_the_package_does() -> None:
    declared = run(DECLARATION)["__getattr__"]("_Py_mod_gil")
    assert declared == kida._Py_mod_gil == 0


def test_the_configuration_of_the_sample_is_immutable(folder: Path) -> None:
    env = run(CONFIGURATION)["env"]
    assert env.autoescape is True
    with pytest.raises(AttributeError):
        env.autoescape = False
    assert env.get_template("page.html").render(name="<a>") == "Hello &lt;a&gt;!"


def test_adding_a_filter_does_to_an_environment_what_the_sample_does() -> None:
    sample: Callable[..., None] = run(COPY_ON_WRITE)["add_filter"]
    for add, owner, filters in (
        (sample, SimpleNamespace(_filters={"upper": str.upper}), lambda owner: owner._filters),
        (Environment.add_filter, Environment(), lambda owner: owner.filters),
    ):
        before = filters(owner)
        kept = dict(before)
        add(owner, "mine", str.lower)
        assert filters(owner)["mine"] is str.lower
        assert filters(owner) is not before
        assert dict(before) == kept


def test_a_render_context_is_made_as_the_sample_makes_it() -> None:
    count = 4
    seen: list[Any] = []
    meet = Rendezvous(count)
    render = run(
        RENDER, seen=SimpleNamespace(append=lambda ctx: (seen.append((ctx, get_render_context())), meet()))
    )["render"]
    assert together(count, lambda n: render(SimpleNamespace(_name=f"page {n}"), user=n)) == [""] * count
    assert all(ctx is current for ctx, current in seen)
    assert sorted(ctx.template_name for ctx, _ in seen) == [f"page {n}" for n in range(count)]
    assert all(dict(ctx.vars) == {} and ctx.keys() == [] for ctx, _ in seen)
    assert get_render_context() is None


def test_the_cache_is_used_as_the_sample_uses_it() -> None:
    for cache in (LRUCache[Any, Any](2), Environment()._cache):
        owner = SimpleNamespace(_cache=cache)
        template = Environment().from_string("text")
        assert run(CACHE, self=owner, name="page", template=template)["cached"] is None
        assert run(CACHE, self=owner, name="page", template=template)["cached"] is template


def test_the_counting_filter_counts_every_value() -> None:
    env = Environment()
    names = run(COUNTING, env=env)
    template = env.from_string("{% for i in range(50) %}{{ i|counted }}{% endfor %}")
    text = "".join(map(str, range(50)))
    assert together(8, lambda _: [template.render() for _ in range(5)]) == [[text] * 5] * 8
    assert names["_shared_counter"] == 8 * 5 * 50


def test_rendering_with_a_pool_gives_each_its_own(folder: Path) -> None:
    names = run(POOL)
    assert names["results"] == [f"Hello User {i}!" for i in range(100)]


async def test_rendering_with_asyncio_gives_each_its_own(folder: Path) -> None:
    render_many = run(ASYNCIO)["render_many"]
    env = Environment(loader=FileSystemLoader("templates/"))
    env.add_global("name", None)
    assert await ending(render_many(env)) == [f"Hello User {i}!" for i in range(100)]


def test_one_environment_handles_many_requests(folder: Path) -> None:
    for n in range(5):
        (folder / "templates" / f"page {n}.html").write_text(f"{n}: {{{{ user }}}}")
    names = run(ONCE, Environment=Environment, FileSystemLoader=FileSystemLoader)
    handle = names["handle_request"]
    texts = together(10, lambda n: handle(SimpleNamespace(path=f"page {n % 5}.html", context={"user": n})))
    assert texts == [f"{n % 5}: {n}" for n in range(10)]
    assert names["env"].cache_info().size == 5


def test_filters_added_at_startup_or_while_rendering_are_both_safe_here() -> None:
    env = Environment(filters={"custom": lambda value: "replaced"})
    template = env.from_string("{{ value|custom }}")
    names = run(AT_STARTUP, env=env, template=template, custom_func=lambda value: f"custom {value}")
    assert together(4, names["render"]) == [f"custom {n}" for n in range(4)]
    # the page forbids it; registration is atomic nevertheless, and a render has one registry
    assert together(4, names["render_with_filter"]) == [f"custom {n}" for n in range(4)]


def test_threads_that_run_the_caching_sample_get_one_template(folder: Path) -> None:
    env = Environment(loader=FileSystemLoader("templates/"))
    templates: list[Template] = together(8, lambda _: run(CACHING, env=env)["template"])
    assert len({id(template) for template in templates}) == 1


def test_a_lock_or_a_context_variable_guards_what_a_global_shares() -> None:
    """The page's guidance: a lock, or isolation by a context variable."""
    import contextvars

    own: contextvars.ContextVar[int] = contextvars.ContextVar("own", default=0)
    lock, total = threading.Lock(), [0]

    def count() -> str:
        own.set(own.get() + 1)
        with lock:
            total[0] += 1
        return str(own.get())

    template = Environment(globals={"count": count}).from_string("{{ count() }}{{ count() }}")
    texts = together(8, lambda _: contextvars.Context().run(template.render))
    with ThreadPoolExecutor(max_workers=2) as executor:
        texts += [executor.submit(contextvars.Context().run, template.render).result()]
    assert texts == ["12"] * 9
    assert total == [18]
    assert asyncio.run(_in_task(template)) == "12"


async def _in_task(template: Template) -> str:
    return await asyncio.create_task(template.render_async())
