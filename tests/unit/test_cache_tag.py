"""What ``cache`` keeps, and for how long; renders that ask for the same text at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kida import DictLoader, Environment, TemplateError
from kida.environment import fragments
from kida.utils.lru_cache import CacheInfo

WORKERS = 8


class Counted:
    """A function for templates that counts its calls."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.calls = 0
        self._meanwhile = meanwhile
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            self.calls += 1
            mine = self.calls
        self._meanwhile()
        return mine


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still until it is changed."""
    now = [0.0]
    monkeypatch.setattr(fragments, "monotonic", lambda: now[0])
    return now


def test_the_body_runs_once_for_a_key_and_the_statistics_are_exact() -> None:
    env, f = Environment(fragment_cache_size=5), Counted()
    template = env.from_string("{% cache key, 'part' %}{{ f() }}{{ key }}{% end %}")
    assert [template.render(key=key, f=f) for key in ("a", "b", "a", "a")] == ["1a", "2b", "1a", "1a"]
    assert env.fragment_cache_info() == CacheInfo(hits=2, misses=2, size=2, capacity=5)
    # all templates of the environment share what is kept, and no other environment does
    other = "{% cache 'a', 'part' %}{{ f() }}{% end %}"
    assert env.render_string(other, f=f) == "1a"
    assert env.replace().render_string(other, f=f) == "3"
    env.clear_cache()
    assert env.fragment_cache_info() == CacheInfo(0, 0, 0, 5)
    assert template.render(key="a", f=f) == "4a"


def test_the_least_recently_asked_for_goes_first() -> None:
    env, f = Environment(fragment_cache_size=2), Counted()
    template = env.from_string("{% cache key %}{{ f() }}{% end %}")
    assert [template.render(key=key, f=f) for key in "abacab"] == ["1", "2", "1", "3", "1", "4"]
    assert env.fragment_cache_info().size == 2


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [
        ("", 300),
        (", ttl=10", 10),
        (", ttl='10s'", 10),
        (", ttl='2m'", 120),
        (", ttl=' 1.5 h '", 5400),
        (", ttl='1d'", 86400),
    ],
)
def test_a_text_is_kept_for_so_long(clock: list[float], ttl: str, seconds: float) -> None:
    f = Counted()
    template = Environment().from_string(f"{{% cache 1{ttl} %}}{{{{ f() }}}}{{% end %}}")
    assert template.render(f=f) == "1"
    clock[0] = seconds - 0.01
    assert template.render(f=f) == "1"
    clock[0] = seconds
    assert template.render(f=f) == "2"


def test_nothing_is_kept_without_room_or_time_and_without_end_where_there_is_none(clock: list[float]) -> None:
    for options, ttl in (({"fragment_cache_size": 0}, ""), ({}, ", ttl=0")):
        f = Counted()
        template = Environment(**options).from_string(f"{{% cache 1{ttl} %}}{{{{ f() }}}}{{% end %}}")
        assert [template.render(f=f), template.render(f=f)] == ["1", "2"]
    for options, ttl in (({"fragment_ttl": None}, ""), ({}, ", ttl=1e400"), ({}, ", ttl=10**400")):
        f, clock[0] = Counted(), 0.0
        template = Environment(**options).from_string(f"{{% cache 1{ttl} %}}{{{{ f() }}}}{{% end %}}")
        assert template.render(f=f) == "1"
        clock[0] = 1e9
        assert template.render(f=f) == "1"


@pytest.mark.parametrize("ttl", ["'5x'", "''", "-1", "true", "[1]", "'٣m'"])
def test_what_is_no_length_of_time_is_an_error_at_it(ttl: str) -> None:
    with pytest.raises(TemplateError, match="is no length of time") as caught:
        Environment().render_string(f"{{% cache 1, ttl={ttl} %}}{{% end %}}")
    assert (caught.value.column, caught.value.end_column) == (16, 16 + len(ttl))


def test_a_body_that_fails_keeps_nothing_and_the_next_makes_it() -> None:
    env = Environment()
    template = env.from_string("{% cache 1 %}{{ 1 // n }}{% end %}")
    with pytest.raises(ZeroDivisionError):
        template.render(n=0)
    assert template.render(n=1) == "1"
    assert env.fragment_cache_info() == CacheInfo(0, 2, 1, 1000)


def test_a_text_that_asks_for_itself_is_made_without_waiting() -> None:
    env = Environment()
    template = env.from_string("{% cache 1 %}a{{ inner() }}b{% end %}")
    depth: list[Any] = []

    def inner() -> str:
        depth.append(1)
        return template.render(inner=inner) if len(depth) < 3 else "."

    assert template.render(inner=inner) == "aaa.bbb"
    assert template.render(inner=inner) == "aaa.bbb"


def test_what_is_kept_is_written_as_it_was_in_every_form() -> None:
    template = Environment().from_string("{% cache 1 %}<b>{{ x }}</b>{% end %}|{{ x }}")
    expected = "<b>&lt;1&gt;</b>|"
    assert template.trace(x="<1>").output == expected + "&lt;1&gt;"
    assert "".join(template.render_stream(x=2)) == expected + "2"
    assert asyncio.run(template.render_async(x=3)) == expected + "3"
    trace = template.trace(x=4)
    assert trace.output == expected + "4"
    assert [segment.part.text for segment in trace.segments] == ["1", "|", "x"]


def test_a_text_that_was_not_escaped_is_never_found_where_it_has_to_be() -> None:
    files = {
        "mail.txt": "{% cache 'k' %}{{ x }}{% end %}",
        "page.html": "{% cache 'k' %}{{ x }}{% end %}|{% autoescape false %}{% cache 'k' %}{{ x }}{% end %}{% endautoescape %}"
        "|{% autoescape late %}{% cache 'k' %}{{ x }}{% end %}{% endautoescape %}",
    }
    env = Environment(
        loader=DictLoader(files), autoescape=lambda name: name is not None and name.endswith("html")
    )
    assert env.render("mail.txt", x="<script>") == "<script>"
    assert env.render("page.html", x="<script>", late=True) == "&lt;script&gt;|<script>|&lt;script&gt;"
    assert env.render("page.html", x="<other>", late=False) == "&lt;script&gt;|<script>|<script>"


@pytest.mark.parametrize("size", [None, -1])
def test_texts_without_bound(size: int | None) -> None:
    env = Environment(fragment_cache_size=size)
    template = env.from_string("{% cache key %}{{ key }}{% end %}")
    for key in range(1_500):
        template.render(key=key)
    assert env.fragment_cache_info() == CacheInfo(0, 1_500, 1_500, None)


@pytest.mark.parametrize(
    "options",
    [
        {"fragment_cache_size": "many"},
        {"fragment_ttl": "5m"},
        {"fragment_ttl": -1},
        {"fragment_ttl": float("nan")},
        {"fragment_cache_size": -2},
        {"cache_size": -2},
        {"fragment_ttl": True},
        {"template_aliases": ["ui"]},
        {"template_aliases": {"ui": 1}},
        {"template_aliases": {"ui": "@ui/parts"}},
        {"template_aliases": {"ui": "@base/ui", "base": "@ui"}},
        {"template_aliases": {"ui/parts": "parts"}},
        {"template_aliases": {"": "parts"}},
    ],
    ids=str,
)
def test_options_that_cannot_be_meant_are_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(options))):
        Environment(**options)
