"""An environment is frozen: what it was made with it keeps."""

from __future__ import annotations

import pytest

from kida import DictLoader, Environment
from tests.thread_safety.threads import together


def made() -> Environment:
    return Environment(loader=DictLoader({"page.html": "{{ x|shout }}"}), filters={"shout": str.upper})


def test_assigning_any_attribute_raises_and_changes_nothing() -> None:
    env = made()
    names = [*vars(env), *(name for name in dir(env) if not name.startswith("__")), "something_new"]
    for name in names:
        before = getattr(env, name, None)
        with pytest.raises(AttributeError):
            setattr(env, name, "changed")
        # == for what is made at each access, such as bound methods
        assert getattr(env, name, None) is before or getattr(env, name) == before
    assert env.get_template("page.html").render(x="a") == "A"


def test_deleting_any_attribute_raises_and_changes_nothing() -> None:
    env = made()
    before = dict(vars(env))
    for name in [*before, "filters", "render", "something_new"]:
        with pytest.raises(AttributeError):
            delattr(env, name)
    assert vars(env) == before


def test_what_was_given_to_the_constructor_may_change_later_without_effect() -> None:
    filters = {"shout": str.upper}
    tests = {"loud": str.isupper}
    values = {"site": "here"}
    aliases = {"ui": "parts"}
    env = Environment(
        loader=DictLoader({"parts/a": "{{ site|shout }}{{ 'A' is loud }}", "other/a": "no"}),
        filters=filters,
        tests=tests,
        globals=values,
        template_aliases=aliases,
    )
    filters["shout"] = str.lower
    tests.clear()
    values["site"] = "elsewhere"
    aliases["ui"] = "other"
    assert env.get_template("@ui/a").render() == "HERETrue"


def test_the_options_of_an_environment_cannot_be_changed_from_inside() -> None:
    env = Environment(template_aliases={"ui": "parts"}, extensions=["jinja2.ext.do"])
    with pytest.raises(TypeError):
        env.template_aliases["ui"] = "other"
    assert not hasattr(env.extensions, "append")


def test_replacing_options_makes_another_environment_and_leaves_this_one() -> None:
    env = made()
    env.add_global("site", "<here>")
    other = env.replace(autoescape=False)
    other.add_filter("shout", str.lower)
    assert (env.autoescape, other.autoescape) == (True, False)
    assert env.render_string("{{ site|shout }}") == "&lt;HERE&gt;"
    assert other.render_string("{{ site|shout }}") == "<here>"
    env.get_template("page.html")
    assert (env.cache_info().size, other.cache_info().size) == (1, 0)


def test_many_threads_replacing_options_each_get_what_they_asked_for() -> None:
    env = made()
    sizes = together(8, lambda number: env.replace(cache_size=number + 1).cache_info().capacity)
    assert sizes == list(range(1, 9))
    assert env.cache_info().capacity == 400
