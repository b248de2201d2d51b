"""Aliases: another way to name a template, and no other template."""

from __future__ import annotations

import pytest

from kida import DictLoader, Environment, TemplateNotFoundError, TemplatesNotFound, select_autoescape


def made(**templates: str) -> Environment:
    return Environment(
        loader=DictLoader({"c/card.html": "{{ x }}", **templates}),
        template_aliases={"ui": "c"},
        autoescape=select_autoescape(),
    )


def test_a_template_is_the_same_by_its_alias_and_by_its_name_and_compiled_once() -> None:
    env = made()
    template = env.get_template("@ui/card.html")
    assert template is env.get_template("c/card.html") is env.get_template("@ui/./x/../card.html")
    assert template.name == "c/card.html"
    assert env.cache_info().size == 1
    assert template.render(x="<") == "&lt;"


def test_a_missing_template_is_told_by_the_name_that_was_asked_for() -> None:
    env = made()
    with pytest.raises(TemplateNotFoundError) as caught:
        env.get_template("@ui/nothing")
    assert (caught.value.name, caught.value.names) == ("@ui/nothing", ("@ui/nothing",))
    assert env.select_template(["@ui/nothing", "@ui/card.html"]).name == "c/card.html"
    with pytest.raises(TemplatesNotFound):
        env.select_template(["@ui/nothing"])


@pytest.mark.parametrize("name", ["@iu/card.html", "@ui/../c/card.html", "@ui/x/../../card.html"])
def test_a_mistake_in_a_name_is_no_template_that_may_be_missing(name: str) -> None:
    env = made()
    with pytest.raises(TemplateNotFoundError) as caught:
        env.select_template([name, "c/card.html"])
    assert caught.value.name == name
    with pytest.raises(TemplateNotFoundError):
        env.render_string("{% include name ignore missing %}", name=name)
    assert env.render_string("[{% include [] ignore missing %}]") == "[]"


def test_without_aliases_such_a_name_is_a_name() -> None:
    env = Environment(loader=DictLoader({"@ui/a": "a"}))
    assert env.get_template("@ui/a").render() == "a"


def test_an_alias_may_stand_for_a_folder_of_another_one() -> None:
    env = Environment(
        loader=DictLoader({"card/x": "{% include './y' %}", "card/y": "y"}),
        template_aliases={"ui": "@base/card", "base": "@all", "all": ""},
    )
    assert env.get_template("@ui/x").name == "card/x"
    assert env.get_template("@ui/x").render() == "y"
