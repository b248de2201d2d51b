"""A template is loaded and compiled once, however many threads ask; and whoever waits can always go on."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

import kida.compiler.compiler
from kida import DictLoader, Environment, FunctionLoader, Template, TemplateNotFoundError, TemplateSyntaxError
from kida.compiler.generator import Generator
from tests.thread_safety.forms import FORMS, rendered_here
from tests.thread_safety.loaders import WatchedLoader
from tests.thread_safety.threads import Gate, Rendezvous, Running, outcomes, together, until


class Compilations:
    """What was compiled: by which generators, in which threads."""

    def __init__(self) -> None:
        self.generators: list[Generator] = []
        self.threads: list[int] = []
        self.names: Counter[str | None] = Counter()
        self.lock = threading.Lock()

    def count(self) -> int:
        return len(self.generators)


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> Compilations:
    made = Compilations()
    generate = kida.compiler.compiler.generate

    def counted(template: Any, scopes: Any, source: Any, options: Any, **told: Any) -> Any:
        module, generator = generate(template, scopes, source, options, **told)
        with made.lock:
            made.generators.append(generator)
            made.threads.append(threading.get_ident())
            made.names[source.name] += 1
        return module, generator

    monkeypatch.setattr(kida.compiler.compiler, "generate", counted)
    return made


def gathered(env: Environment, name: str, count: int) -> list[Running[Template]]:
    """Threads that ask for a template, all of which have looked for it and not found it."""
    known = env.cache_info().misses
    running = [Running(lambda: env.get_template(name)) for _ in range(count)]
    until(lambda: env.cache_info().misses == known + count, "the arrival of all threads")
    return running


def test_threads_that_ask_for_a_template_while_it_is_made_wait_and_get_the_same(
    compilations: Compilations,
) -> None:
    loader = WatchedLoader({"page": "text"})
    loader.while_loading["page"] = inside = Gate()
    env = Environment(loader=loader)
    running = gathered(env, "page", 8)
    inside.reached()
    assert loader.loads["page"] == 1
    inside.open()
    templates = [one.result() for one in running]
    assert len({id(template) for template in templates}) == 1
    assert templates[0] is env.get_template("page")
    assert (loader.loads["page"], compilations.names["page"]) == (1, 1)


@pytest.mark.parametrize("text", ["{% if %}", None], ids=["that cannot be compiled", "that is not there"])
def test_threads_that_ask_for_a_template_that_cannot_be_made_get_the_same_error(text: str | None) -> None:
    loader = WatchedLoader({} if text is None else {"page": text})
    loader.while_loading["page"] = inside = Gate()
    running = gathered(Environment(loader=loader), "page", 6)
    inside.reached()
    inside.open()
    found = [one.outcome() for one in running]
    assert loader.loads["page"] == 1
    kind = TemplateNotFoundError if text is None else TemplateSyntaxError
    assert {type(error) for error in found} == {kind}
    said = {(str(error), error.code, error.hint, error.lineno, error.column) for error in found}  # type: ignore[union-attr]
    assert len(said) == 1


def test_an_error_of_the_loader_is_told_to_all_with_its_type_cause_and_notes() -> None:
    inside = Gate()

    def load(name: str) -> str:
        inside()
        error = PermissionError(13, "not for you", "page.html")
        error.add_note("ask the owner")
        raise error from LookupError("why")

    running = gathered(Environment(loader=FunctionLoader(load)), "page", 4)
    inside.reached()
    inside.open()
    found = [one.outcome() for one in running]
    for error in found:
        assert isinstance(error, PermissionError)
        assert (error.errno, error.filename) == (13, "page.html")
        assert error.__notes__ == ["ask the owner"]
        assert isinstance(error.__cause__, LookupError)
    assert len({id(error) for error in found}) == 4


def test_an_error_that_cannot_be_copied_is_told_to_all_nevertheless() -> None:
    class Stubborn(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__("stubborn")

    inside = Gate()

    def load(name: str) -> str:
        inside()
        raise Stubborn(1, 2)

    running = gathered(Environment(loader=FunctionLoader(load)), "page", 3)
    inside.reached()
    inside.open()
    assert [type(one.outcome()) for one in running] == [Stubborn] * 3


def test_an_error_is_not_kept_and_the_next_who_asks_tries_again() -> None:
    texts = {"page": "{% if %}"}
    env = Environment(loader=DictLoader(texts))
    for _ in range(2):
        with pytest.raises(TemplateSyntaxError):
            env.get_template("page")
    texts["page"] = "mended"
    assert env.get_template("page").render() == "mended"


def test_an_interrupt_ends_the_thread_that_loads_and_another_goes_on_in_its_place() -> None:
    inside = Gate()
    loads: list[int] = []

    def load(name: str) -> str:
        loads.append(1)
        if len(loads) == 1:
            inside()
            raise KeyboardInterrupt
        return "text"

    env = Environment(loader=FunctionLoader(load))
    first = Running(lambda: env.get_template("page"))
    inside.reached()
    others = gathered(env, "page", 4)
    inside.open()
    assert isinstance(first.outcome(), KeyboardInterrupt)
    found = [one.outcome() for one in others]
    assert [type(template) for template in found] == [Template] * 4
    assert len({id(template) for template in found}) == 1


def test_a_thread_that_found_an_outdated_template_takes_the_one_that_was_made_meanwhile() -> None:
    loader = WatchedLoader({"page": "old"})
    env = Environment(loader=loader)
    env.get_template("page")
    loader.texts["page"] = "new"
    asking = Gate()
    loader.while_asked["page"] = asking
    slow = Running(lambda: env.get_template("page"))
    asking.reached()  # it knows by now that its template is outdated, and does nothing about it yet
    del loader.while_asked["page"]
    quick = env.get_template("page")
    asking.open()
    assert slow.result() is quick
    assert loader.loads["page"] == 2


def test_threads_that_first_ask_for_a_form_wait_until_one_has_compiled_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = 4
    template = Environment().from_string("{{ x }}", name="page")
    inside = Gate()
    entered: list[int] = []

    def compile_slowly(*args: Any, **kwargs: Any) -> Any:
        entered.append(1)
        inside()
        return compile(*args, **kwargs)

    monkeypatch.setattr(kida.compiler.compiler, "compile", compile_slowly, raising=False)
    running = [Running(lambda n=n: "".join(template.render_stream(x=n))) for n in range(count)]  # type: ignore[misc]
    inside.reached()
    until(lambda: all(one.runs("unit") for one in running), "the arrival of all threads")
    inside.open()
    assert [one.result() for one in running] == [str(n) for n in range(count)]
    assert entered == [1]


def test_a_template_is_linked_and_compiled_once_in_each_form_for_all_threads(
    compilations: Compilations,
) -> None:
    count = 8
    template = Environment(loader=DictLoader({"page": "{{ x }}"})).get_template("page")
    texts = together(count, lambda n: rendered_here(template, FORMS[n % 4], x=n))
    assert texts == [str(n) for n in range(count)]
    assert compilations.names["page"] == len(FORMS)


def test_each_compilation_has_a_generator_of_its_own(compilations: Compilations) -> None:
    count = 8
    env = Environment(loader=DictLoader({f"page {n}": f"{{{{ x }}}}{n}" for n in range(count)}))
    texts = together(count, lambda n: env.get_template(f"page {n}").render(x="x"))
    assert texts == [f"x{n}" for n in range(count)]
    assert len({id(generator) for generator in compilations.generators}) == compilations.count() == count
    assert len(set(compilations.threads)) == count


def test_different_templates_are_made_at_the_same_time() -> None:
    count = 4
    meet = Rendezvous(count)  # which they could not all come to, if one had to wait for another

    def load(name: str) -> str:
        meet()
        return name

    env = Environment(loader=FunctionLoader(load))
    assert together(count, lambda n: env.get_template(f"page {n}").render()) == [
        f"page {n}" for n in range(count)
    ]


def test_cached_templates_are_found_while_another_is_being_made() -> None:
    loader = WatchedLoader({"slow": "slow", "page": "page", "fresh": "fresh"})
    env = Environment(loader=loader)
    cached = env.get_template("page")
    loader.while_loading["slow"] = inside = Gate()
    running = Running(lambda: env.get_template("slow"))
    inside.reached()
    assert env.get_template("page") is cached
    assert env.get_template("fresh").render() == "fresh"
    assert env.from_string("{{ x }}").render(x=1) == "1"
    env.add_filter("mine", str)
    env.cache_info()
    inside.open()
    assert running.result().render() == "slow"


def asking_loader(asks: dict[str, str], meet: Any = str) -> Environment:
    """An environment whose loader, asked for a template, asks its environment for another first."""

    def load(name: str) -> str:
        meet(name)
        if name not in asks:
            return f"<{name}>"
        return f"<{name}>" + env.get_template(asks[name]).source

    env = Environment(loader=FunctionLoader(load))
    return env


def test_a_loader_may_ask_its_environment_for_another_template() -> None:
    env = asking_loader({"a": "b", "b": "c"})
    texts = together(6, lambda n: env.get_template("abc"[n % 3]).render())
    assert texts == ["<a><b><c>", "<b><c>", "<c>"] * 2


def test_a_loader_that_asks_for_what_it_is_loading_gets_an_error() -> None:
    for asks in ({"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}):
        (error,) = outcomes(1, lambda _, asks=asks: asking_loader(asks).get_template("a"))
        assert isinstance(error, RuntimeError)
        assert "loader" in str(error)


@pytest.mark.parametrize("names", ["ab", "abc", "abcd"])
def test_loaders_in_several_threads_that_wait_for_each_other_get_an_error(names: str) -> None:
    meet = Rendezvous(len(names))
    once = dict.fromkeys(names, meet)
    asks = {name: names[(position + 1) % len(names)] for position, name in enumerate(names)}
    env = asking_loader(asks, lambda name: once.pop(name, str)())
    found = outcomes(len(names), lambda n: env.get_template(names[n]))
    assert {type(error) for error in found} == {RuntimeError}
    assert len({str(error) for error in found}) == 1
    # and none of it stays behind
    asks.clear()
    assert env.get_template("a").render() == "<a>"


def test_loaders_of_two_environments_that_wait_for_each_other_get_an_error() -> None:
    meet = Rendezvous(2)

    def load_here(name: str) -> str:
        meet()
        return there.get_template("b").source

    def load_there(name: str) -> str:
        meet()
        return here.get_template("a").source

    here, there = (
        Environment(loader=FunctionLoader(load_here)),
        Environment(loader=FunctionLoader(load_there)),
    )
    found = outcomes(2, lambda n: there.get_template("b") if n else here.get_template("a"))
    assert {type(error) for error in found} == {RuntimeError}


def test_threads_that_wait_for_a_loader_which_waits_for_another_all_go_on() -> None:
    inside = Gate()
    env = asking_loader({"a": "b", "x": "b", "y": "a"}, lambda name: inside() if name == "b" else None)
    running = [Running(lambda name=name: env.get_template(name).render()) for name in "abxyabxy"]  # type: ignore[misc]
    inside.reached()
    inside.open()
    assert [one.result() for one in running] == ["<a><b>", "<b>", "<x><b>", "<y><a><b>"] * 2


@pytest.mark.usefixtures("_restless")
def test_many_threads_asking_for_many_templates_make_each_once(compilations: Compilations) -> None:
    names = [f"page {n}" for n in range(30)]
    loader = WatchedLoader({name: f"{{{{ x }}}}{name}" for name in names})
    env = Environment(loader=loader)

    def work(number: int) -> list[int]:
        order = names[number * 3 :] + names[: number * 3]
        found = {name: env.get_template(name) for name in order}
        return [id(found[name]) for name in names]

    assert len({tuple(found) for found in together(8, work)}) == 1
    assert set(loader.loads.values()) == {1}
    assert set(compilations.names.values()) == {1}
    info = env.cache_info()
    assert info.hits + info.misses == 8 * len(names)


@pytest.mark.usefixtures("_restless")
def test_strings_compiled_in_many_threads_do_not_mix() -> None:
    env = Environment(trim_blocks=True)
    texts = [
        f"{{% for i in range({n}) %}}\n{{{{ i }}}}{{% macro m{n}() %}}{n}{{% endmacro %}}{{{{ m{n}() }}}};{{% endfor %}}"
        for n in range(24)
    ]
    serial = [env.from_string(text).render() for text in texts]

    def work(number: int) -> list[str]:
        fresh = Environment(trim_blocks=True) if number % 2 else env
        return [fresh.from_string(text).render() for text in texts]

    assert together(6, work) == [serial] * 6
