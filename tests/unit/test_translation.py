"""Translations of an environment: how they are installed, and what templates then have."""

from __future__ import annotations

import pickle
from gettext import NullTranslations
from typing import Any

import jinja2
import pytest
from markupsafe import Markup

import kida
from kida import DictLoader, Environment
from tests.language.fixtures import Catalogue

GREETING = "{% trans %}Hello {{ user }}{% endtrans %}"


def test_jinja2s_extension_is_accepted_as_its_tags_are_built_in() -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    environment.install_null_translations()
    assert environment.render_string(GREETING, user="<") == "Hello &lt;"


def test_null_translations_take_translations_away() -> None:
    environment = Environment()
    environment.install_gettext_translations(Catalogue())
    assert environment.render_string(GREETING, user="A") == "Hallo A"
    environment.install_null_translations()
    assert environment.render_string(GREETING, user="A") == "Hello A"
    assert environment.render_string("{{ pgettext('c', 'm') }}{{ npgettext('c', 'a', 'b', 2) }}") == "mb"


def test_an_object_without_contexts_does() -> None:
    class Few:
        def gettext(self, message: str) -> str:
            return message.upper()

        def ngettext(self, singular: str, plural: str, count: int) -> str:
            return singular if count == 1 else plural

    environment = Environment()
    environment.install_gettext_translations(Few())
    assert environment.render_string("{% trans %}a{% endtrans %}{{ _('b') }}") == "AB"
    with pytest.raises(kida.UndefinedError, match="'pgettext' is undefined"):
        environment.render_string("{% trans 'c' %}a{% endtrans %}")


def test_the_style_stays_unless_another_is_asked_for() -> None:
    environment = Environment()
    environment.install_gettext_translations(Catalogue(), newstyle=True)
    environment.install_gettext_translations(NullTranslations())
    assert environment.render_string("{{ _('%(a)s', a=1) }}") == "1"
    environment.install_null_translations(newstyle=False)
    with pytest.raises(TypeError):
        environment.render_string("{{ _('%(a)s', a=1) }}")


def test_a_function_of_the_render_goes_before_the_installed_one() -> None:
    environment = Environment()
    environment.install_gettext_translations(Catalogue(), newstyle=True)
    text = environment.render_string("{% trans %}Hello{% endtrans %} {{ _('Hello') }}", gettext=str.upper)
    assert text == "HELLO HELLO"


def test_a_render_that_has_begun_keeps_its_translations() -> None:
    environment = Environment()
    environment.install_gettext_translations(Catalogue())

    def change() -> str:
        environment.install_null_translations()
        return ""

    text = "{% trans %}Hello{% endtrans %}{{ change() }}{% trans %}Hello{% endtrans %}"
    template = environment.from_string(text)
    assert template.render(change=change) == "HalloHallo"


@pytest.mark.parametrize("newstyle", [False, True])
def test_a_message_that_is_markup_of_its_own_escapes_its_variables(newstyle: bool) -> None:
    class Marked(NullTranslations):
        def gettext(self, message: str) -> str:
            return Markup(message)

    for engine in (jinja2.Environment(extensions=["jinja2.ext.i18n"]), Environment(autoescape=False)):
        engine.install_gettext_translations(Marked(), newstyle=newstyle)  # type: ignore[union-attr]
        assert engine.from_string(GREETING).render(user="<") == "Hello &lt;"


def test_a_message_that_is_made_when_it_is_needed_is_asked_to_fill_itself_in() -> None:
    class Late:
        def __mod__(self, variables: dict[str, Any]) -> str:
            return f"filled with {sorted(variables)}"

    class Lazy(NullTranslations):
        def gettext(self, message: str) -> Any:
            return Late()

    for engine in (jinja2.Environment(extensions=["jinja2.ext.i18n"]), Environment(autoescape=False)):
        engine.install_gettext_translations(Lazy())  # type: ignore[union-attr]
        assert engine.from_string(GREETING).render(user="x") == "filled with ['user']"


@pytest.mark.parametrize("text", ["100%", "5% of", "{% raw %}{{%}}{% endraw %}"])
def test_a_percent_sign_beside_a_variable_that_no_message_has_is_one_in_every_form(text: str) -> None:
    environment = Environment()
    environment.install_null_translations()
    template = environment.from_string(f"{{% trans n=2 %}}{text}{{% endtrans %}}")
    assert template.render() == template.trace().output == environment.render_string(text)


def test_a_name_by_hand_that_the_tag_has_not_is_an_error() -> None:
    environment = Environment()
    environment.install_null_translations()
    with pytest.raises(KeyError, match="usr"):
        environment.render_string("{% trans user=1 %}Hello %(usr)s{% endtrans %}")


def test_translations_can_be_taken_away_and_installed_again() -> None:
    environment = Environment()
    environment.install_gettext_translations(Catalogue())
    template = environment.from_string(GREETING)
    assert template.render(user="A") == "Hallo A"
    environment.uninstall_gettext_translations(Catalogue())
    with pytest.raises(kida.UndefinedError, match="'gettext' is undefined"):
        template.render(user="A")
    assert [name for name in environment.globals if "gettext" in name] == []
    environment.uninstall_gettext_translations()
    environment.install_gettext_translations(Catalogue())
    assert template.render(user="A") == "Hallo A"


def test_the_messages_of_a_text_are_what_jinja2_extracts() -> None:
    text = (
        "{% trans %}Hello {{ user }} 5%{% endtrans %}\n{% trans %}5%{% endtrans %}\n{{ _('a') }}{{ gettext(x) }}"
        "{% trans 'c' n=1 %}one{% pluralize %}{{ n }}{% endtrans %}{{ mine('b') }}"
    )

    def texts(given: Any) -> Any:
        # Jinja2 counts the variables that new style hands over, of which Babel reads nothing
        return [one for one in ((given,) if isinstance(given, str) else given or ()) if one is not None]

    for newstyle in (False, True):
        jinja, ours = jinja2.Environment(extensions=["jinja2.ext.i18n"]), Environment()
        for engine in (jinja, ours):
            engine.install_null_translations(newstyle=newstyle)  # type: ignore[union-attr]
        theirs = jinja.extract_translations(text)  # type: ignore[attr-defined]
        found = list(ours.extract_translations(text))
        wanted = sorted((line, name, texts(given)) for line, name, given in theirs)
        assert sorted((line, name, texts(given)) for line, name, given in found) == wanted
        assert found[-1] == (3, "npgettext", ("c", "one", "%(n)s", None))
    assert list(ours.extract_translations(text, ["mine"])) == [(3, "mine", "b")]


def test_a_compiled_template_serves_both_styles(tmp_path: Any) -> None:
    """What a bytecode cache keeps does not depend on the style."""
    text = "{% trans %}100% sure{% endtrans %}"
    for newstyle in (False, True, False):
        cache = kida.FileSystemBytecodeCache(str(tmp_path))
        environment = Environment(loader=DictLoader({"a": text}), bytecode_cache=cache)
        asked: list[str] = []

        def gettext(message: str, asked: list[str] = asked) -> str:
            asked.append(message)
            return message

        environment.install_gettext_callables(gettext, NullTranslations().ngettext, newstyle)
        assert environment.render("a") == "100% sure"
        assert asked == ["100%% sure" if newstyle else "100% sure"]


def test_an_environment_with_translations_is_replaced_and_pickled_with_them() -> None:
    environment = Environment()
    environment.install_gettext_translations(Catalogue(), newstyle=True)
    assert environment.replace(autoescape=False).render_string(GREETING, user="<") == "Hallo <"
    again = pickle.loads(pickle.dumps(environment.from_string(GREETING)))
    assert again.render(user="<") == "Hallo &lt;"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{% trans a. %}x{% pluralize a %}{{ a }}{% endtrans %}{{ 1 + }}", ["unexpected '.'", "unexpected end of the output"]),
        ("{% trans %}{{ x.y }}{% pluralize %}b{% endtrans %}", ["unexpected '.'"]),
        ("{% trans a. %}{% pluralize %}y{% end %}{% if %}{% end %}", ["unexpected '.'", "unexpected end of the tag"]),
        ("{% trans a=1 %}{% pluralize b %}y{% end %}{% if %}{% end %}", ["unknown variable 'b'", "unexpected end of the tag"]),
    ],
)  # fmt: skip
def test_what_follows_from_a_mistake_in_a_message_is_not_told(text: str, messages: list[str]) -> None:
    found = Environment().syntax_errors(text)
    assert [error.message[: len(start)] for error, start in zip(found, messages, strict=True)] == messages


def test_the_names_of_a_message_are_undeclared_variables() -> None:
    found = Environment().from_string("{% trans a, b=c %}{{ d }}{% endtrans %}").undeclared_variables()
    assert found == {"a", "c", "d", "gettext"}
