"""What Babel finds in templates, compared with Jinja2's extractor; and a catalogue made, compiled and used."""

from __future__ import annotations

import gettext
import io
from pathlib import Path
from typing import Any

import jinja2.ext
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import kida
from kida.extraction import babel_extract

TEXTS = [
    "{% trans %}a{% endtrans %}",
    "{% trans n=1 %}{{ n }} 5%{% pluralize %}{{ n }}s{% endtrans %}",
    "{% trans 'c' n=1 %}{{ n }}{% pluralize %}{{ n }}s{% endtrans %}{% trans 'c' %}d{% endtrans %}",
    "\n\n{% trans trimmed %}\nx\n   y {{ z }}\n{% endtrans %}",
    "{% trans %}100%{% endtrans %}",
    "{% trans user=name %}Hello %(user)s{% endtrans %}{% trans n=1 %}5%{% pluralize %}{{ n }}%{% endtrans %}",
    "{{ gettext('a' 'b') }}{{ ngettext('s', 'p', 3) }}{{ pgettext('c', 'm') }}{{ npgettext('c', 's', 'p', n) }}",
    "{{ _(x) }}{{ _() }}{{ foo.gettext('m') }}{{ _('a', b=1) }}{{ _('a', *b) }}{{ other('m') }}",
    "{% macro m(a=_('default')) %}{% call x(_('b')) %}{% trans %}in{% endtrans %}{% endcall %}{% endmacro %}",
    "{# TRANSLATORS: hi #}\n{% trans %}a{% endtrans %}\n{# not for them #}{{ _('b') }}{# TRANSLATORS: same line #}{{ _('c') }}",
    "{# TRANSLATORS: one #}{# TRANSLATORS: two #}{# other #}\n{{ _('a') }}\n\n{{ _('b') }}",
    "{% raw %}{{ _('no') }}{# TRANSLATORS: no #}{% endraw %}{{ _('a') }}",
    "{% if _('a') %}{{ [_('b'), {'k': _('c')}]|join(_('d')) }}{% endif %}{% include _('e') %}",
    "{% block a %}\n{{ _('in a block') }}{% endblock %}{% for x in _('y') if _('z') %}{% else %}{{ _('w') }}{% endfor %}",
    "{# TRANSLATORS:\n  on two\n lines #}{{ _('a') }}{# TRANSLATORS:\ta tab #}\n{{ _('b') }}{# TRANSLATORS: #}\n{{ _('c') }}",
    "{{ broken",
]


@pytest.mark.parametrize("options", [{}, {"trimmed": "true"}, {"newstyle_gettext": "yes"}], ids=str)
@pytest.mark.parametrize("text", TEXTS)
def test_babel_finds_what_it_finds_with_jinja2(text: str, options: dict[str, str]) -> None:
    def found(extractor: Any) -> list[Any]:
        made = extract(extractor, io.BytesIO(text.encode()), DEFAULT_KEYWORDS, ["TRANSLATORS:"], options)
        # Jinja2 gives calls inside each other outermost first, whatever stands first
        return sorted(made, key=lambda message: (message[0], str(message[1])))

    theirs = [(line, said, told) for line, said, told, _ in found(jinja2.ext.babel_extract)]
    ours = [(line, said, told) for line, said, told, _ in found(babel_extract)]
    assert ours == theirs


def test_kidas_own_grammar_is_searched_too() -> None:
    text = (
        "{{ [_('a') for x in _('b')] }}{{ _('c') |> upper }}{% match _('d') %}{% case x if _('e') %}{% end %}"
        "{% def m(a: str = _('f')) %}{% end %}{% try %}{{ x?.y ?? _('g') }}{% fallback %}{{ _('h') }}{% end %}"
        "{% trans %}i{% end %}{% cache _('j'), ttl=1 %}{{ _('k') }}{% end %}"
    )
    found = babel_extract(io.BytesIO(text.encode()), ["_", "gettext"], [], {})
    assert [message for _, _, message, _ in found] == list("abcdefghijk")


def test_options_are_heeded() -> None:
    text = "# trans\nä ${ x }\n# endtrans\n## TR: told\n${ _('b') }".encode("latin-1")
    options = {
        "encoding": "latin-1",
        "line_statement_prefix": "#",
        "line_comment_prefix": "##",
        "variable_start_string": "${",
        "variable_end_string": "}",
        "trimmed": "on",
    }
    found = list(babel_extract(io.BytesIO(text), ["_", "gettext"], ["TR:"], options))
    assert found == [(1, "gettext", "ä %(x)s", []), (5, "_", "b", ["told"])]


class Price(kida.Extension):
    tag = "price"


def test_tags_of_ones_own_are_known_where_they_are_named() -> None:
    text = b"{% price _('a'), unit=_('b') %}{% trans %}c{% endtrans %}{% endprice %}"
    for named in (f"{__name__}.Price, jinja2.ext.do", f"{__name__}:Price", [f"{__name__}.Price"]):
        found = babel_extract(
            io.BytesIO(text), ["_", "gettext"], [], {"extensions": named, "silent": "false"}
        )
        assert [message for _, _, message, _ in found] == ["a", "b", "c"]


def test_an_error_names_the_file_it_is_in(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("{% trans %}", encoding="utf-8")
    with page.open("rb") as file, pytest.raises(kida.TemplateSyntaxError) as caught:
        list(babel_extract(file, ["gettext"], [], {"silent": "false"}))
    assert caught.value.template == str(page)


def test_a_broken_template_is_an_error_when_asked_for() -> None:
    assert list(babel_extract(io.BytesIO(b"{% trans %}"), ["gettext"], [], {})) == []
    with pytest.raises(kida.TemplateSyntaxError):
        list(babel_extract(io.BytesIO(b"{% trans %}"), ["gettext"], [], {"silent": "false"}))


def test_a_catalogue_is_extracted_translated_compiled_and_used(tmp_path: Path) -> None:
    page = (
        "{# TRANSLATORS: of the page #}{% trans %}Hello {{ user }}{% endtrans %}\n"
        "{% trans n=n %}{{ n }} item{% pluralize %}{{ n }} items{% endtrans %} {% trans 'verb' %}Open{% endtrans %}"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    catalogue = Catalog(locale="de")
    found = extract_from_dir(
        tmp_path, [("**.html", "kida.extraction:babel_extract")], comment_tags=["TRANSLATORS:"]
    )
    for name, line, message, comments, context in found:
        catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    template = io.BytesIO()
    write_po(template, catalogue)
    assert b"#. of the page\n#: page.html:1" in template.getvalue().replace(b"TRANSLATORS: ", b"")
    template.seek(0)
    german = read_po(template, locale="de")
    german["Hello %(user)s"].string = "Hallo %(user)s"  # type: ignore[union-attr]
    german["%(n)s item"].string = ("%(n)s Ding", "%(n)s Dinge")  # type: ignore[union-attr]
    german.get("Open", context="verb").string = "Öffnen"  # type: ignore[union-attr]
    compiled = io.BytesIO()
    write_mo(compiled, german)
    compiled.seek(0)
    for newstyle in (False, True):
        environment = kida.Environment(loader=kida.FileSystemLoader(tmp_path))
        compiled.seek(0)
        environment.install_gettext_translations(gettext.GNUTranslations(compiled), newstyle=newstyle)
        assert environment.render("page.html", user="<U>", n=2) == "Hallo &lt;U&gt;\n2 Dinge Öffnen"
        assert environment.render("page.html", user="A", n=1) == "Hallo A\n1 Ding Öffnen"


def test_babel_knows_the_extractor_by_its_name() -> None:
    """The entry point is declared where packages declare it."""
    import tomllib

    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, name = declared["project"]["entry-points"]["babel.extractors"]["kida"].partition(":")
    assert (module, name) == (babel_extract.__module__, babel_extract.__name__)
