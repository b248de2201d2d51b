"""What Shift-Tab tells in ``%%kida`` cells: the pure function, and through a real kernel."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kida_jupyter import inspection
from kida_jupyter.help.explaining import explain
from kida_jupyter.help.resolving import World
from kida_jupyter.help.showing import shortly
from kida_jupyter.notebook import Notebook
from tests.notebook.kernel import PATIENCE, Kernel
from tests.notebook.test_completion import (
    CURSOR,
    OWN_TAGS,
    PIECES,
    Address,
    Hostile,
    HostileClass,
    HostileDict,
    Touched,
    User,
    world,
)


def told(marked: str, **variables: Any) -> str | None:
    """What is told where the cursor is marked."""
    return explain(marked.replace(CURSOR, ""), marked.index(CURSOR), world(**variables))


def first_line(marked: str, **variables: Any) -> str:
    return (told(marked, **variables) or "").partition("\n")[0]


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        ("{{ x | trun‸cate(3) }}", "filter truncate(length=255, killwords=False, end='...', leeway=None)"),
        ("{{ x | truncate‸ }}", "filter truncate(length=255, killwords=False, end='...', leeway=None)"),
        ("{{ x | ‸truncate }}", "filter truncate(length=255, killwords=False, end='...', leeway=None)"),
        ("{{ x | truncate(‸) }}", "filter truncate(length=255, killwords=False, end='...', leeway=None)"),
        ("{{ x | truncate(3, ‸", "filter truncate(length=255, killwords=False, end='...', leeway=None)"),
        ("{% filter up‸per %}", "filter upper()"),
        ("{{ 4 is divis‸ibleby(2) }}", "test divisibleby(num)"),
        ("{{ 4 is not od‸d }}", "test odd()"),
        ("{% fo‸r x in y %}", "{% for %}"),
        ("{% for x in y %}{% en‸d %}", "{% end %}"),
        ("{% if x %}{% el‸se %}", "{% else %}"),
        ("{{ us‸er }}", "user: tests.notebook.test_completion.User"),
        ("{{ user.na‸me }}", "user.name: str, 3 characters"),
        ("{{ ord‸er.customer }}", "order: dict, 4 items"),
        ("{{ order.custo‸mer.mail }}", "order.customer: dict, 1 item"),
        ('{{ order["cus‸tomer"] }}', 'order["customer"]: dict, 1 item'),
        ("{{ gr‸eet() }}", "function greet(name, greeting='Hi')"),
        ("{{ gree‸t }}", "function greet(name, greeting='Hi')"),
        ("{{ greet(‸) }}", "function greet(name, greeting='Hi')"),
        ("{% macro card(title, w=1) %}{% end %}{{ ca‸rd() }}", "macro: card(title, w=1)"),
        ("{% macro card(title, w=1) %}{% end %}{{ card(‸", "macro: card(title, w=1)"),
        ("{% macro card(title, w=1) %}{% end %}{{ card(w‸=2) }}", "w=1: a parameter of card"),
        ('{% from "cards.html" import ca‸rd %}', 'macro in cards.html: card(title, footer="x", wide=false)'),
        (
            '{% from "cards.html" import card as c %}{{ c(‸',
            'macro in cards.html: card(title, footer="x", wide=false)',
        ),
        (
            '{% import "cards.html" as ui %}{{ ui.ca‸rd() }}',
            'macro in cards.html: card(title, footer="x", wide=false)',
        ),
        ('{% import "cards.html" as ui %}{{ u‸i.card() }}', "template cards.html, imported as ui"),
        ('{% include "base‸.html" %}', "template base.html"),
        ('{% include "nowhere‸" %}', "no template 'nowhere'"),
        ("{% for x in users %}{{ x‸ }}", "x: loop variable, an item of users, such as"),
        ("{% set one = user.name %}{{ on‸e }}", "one = user.name"),
        ("{{ a an‸d b }}", "and"),
        # what a loop has
        ("{% for x in users %}{{ loop.in‸dex }}", "property loop.index -> int"),
        ("{% for x in users %}{{ loop.la‸st }}", "property loop.last -> bool"),
        ("{% for x in users %}{{ loop.previ‸tem.name }}", "property loop.previtem -> Any"),
        ("{% for x in users %}{{ loop.index0‸ }}", "attribute loop.index0"),
        ("{% for x in users %}{{ loop.cyc‸le('a', 'b') }}", "method loop.cycle(*values)"),
        # keys, at their quotes, within them, and behind the bracket
        ('{{ order[‸"customer"] }}', 'order["customer"]: dict, 1 item'),
        ('{{ order["customer"‸] }}', 'order["customer"]: dict, 1 item'),
        ('{{ order["customer"]‸ }}', 'order["customer"]: dict, 1 item'),
        ('{{ order["customer"]["mail"]‸ | upper }}', 'order["customer"]["mail"]: str, 5 characters'),
        ('{% if f(order["total"]‸) %}', 'order["total"]: int'),
        ("{{ order?['cus‸tomer'] }}", "order?['customer']: dict, 1 item"),
        ("{{ order['cusomer‸'] }}", "order: no key 'cusomer' is known. Did you mean 'customer'?"),
        ('{{ orders["‸"] }}', "keys of orders: first"),
        ("{{ users[0‸] }}", "users[0]: tests.notebook.test_completion.User"),
        ("{{ users[‸0].name }}", "users[0]: tests.notebook.test_completion.User"),
        ("{{ users[-1‸] }}", "users[-1]: tests.notebook.test_completion.User"),
        ("{{ users[5]‸ }}", ""),
        ('{% set key = "total" %}{{ order[key]‸ }}', "order[key]: int"),
        ("{{ [1, 2]‸ }}", ""),
        ('{{ [‸"total"] }}', ""),
        # methods have no self for a template
        ("{{ user.name.upp‸er() }}", "method user.name.upper()"),
        ("{{ text.cen‸ter(3) }}", "method text.center(width, fillchar=' ')"),
        ("{{ Colour.RE‸D }}", "Colour.RED: tests.notebook.test_completion.Colour"),
        # names that a tag gives
        ("{% set o‸ne = user.name %}", "one = user.name"),
        ("{% for x‸ in users %}", "x: loop variable, an item of users, such as"),
        ("{% for a, b‸ in order.items() %}", "b: loop variable, an item of order.items(), such as"),
        ("{% macro car‸d(title, w=1) %}", "macro: card(title, w=1)"),
        ("{% macro card(tit‸le, w=1) %}", "title: a parameter"),
        ("{% macro card(‸title) %}", "title: a parameter"),
        ("{% block us‸er %}", "block user"),
        (
            "{% block b %}{{ sup‸er() }}",
            "super(): what the block writes in the template that this one extends.",
        ),
        # words of tags
        ("{% for x i‸n users %}", "in"),
        ("{% for x in users recur‸sive %}", "recursive"),
        ('{% include "base.html" ignore miss‸ing %}', "missing"),
        ('{% from "cards.html" import card wi‸th context %}', "with"),
        ("{{ Tr‸ue }}", "True"),
        # arguments by name
        ("{{ greet(name‸=1) }}", "name: a parameter of greet"),
        ("{{ greet(‸name=1) }}", "name: a parameter of greet"),
        ("{{ greet(nmae‸=1) }}", "greet(name, greeting='Hi') has no parameter nmae. Did you mean name?"),
        ("{{ nobody(user‸=1) }}", ""),
        # what is written wrong
        ("{{ nobo‸dy }}", "no variable nobody is known"),
        ("{{ usr‸ }}", "no variable usr is known. Did you mean user?"),
        ("{{ user.nmae‸ }}", "user: no nmae is known in it. Did you mean name?"),
        ("{% for x in users %}{{ loop.idx‸ }}", "loop: no idx is known in it. Did you mean index?"),
        ("{{ x | uper‸ }}", "no filter uper. Did you mean upper?"),
        ("{{ 4 is divisbleby‸(2) }}", "no test divisbleby. Did you mean divisibleby?"),
        ('{% include "crads‸.html" %}', "no template 'crads.html'. Did you mean cards.html?"),
        ("te‸xt", ""),
        ("{# us‸er #}", ""),
        ("{{ 'us‸er' }}", ""),
        ("{% raw %}{{ us‸er }}", ""),
    ],
)
def test_what_a_word_means_is_told(marked: str, line: str) -> None:
    assert first_line(marked) == line


def test_help_with_a_filter_has_its_documentation() -> None:
    assert "killwords" in (told("{{ x | trun‸cate }}") or "").partition("\n")[2]


def test_help_with_a_variable_shows_its_value() -> None:
    assert (told("{{ us‸er.name }}") or "").endswith(
        "User(name='Ada', address=Address(city='Bern', lines=[]), roles=('admin'))"
    )


def test_help_with_a_closer_says_what_it_closes() -> None:
    assert "{% for x in users %}" in (told("{% for x in users %}{% if y %}{% end %}{% en‸d %}") or "")


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "{% slot ro‸w %}",
            "slot row\n\nIn a def a place for what its caller writes, in a call what is written there.",
        ),
        ("{% yield ro‸w %}", "slot row\n\nWhat the def around was given for that slot is written here."),
        ("{% fragment ro‸w %}", "fragment row\n\nRendered with render_block, or where self calls it."),
        (
            "{% slot row le‸t:item %}",
            "let\n\nlet:name hands data up where the slot has a place, and receives it where it has content.",
        ),
        ("{% push 's' on‸ce 'k' %}", "once\n\nThe body is added once for the key that follows."),
        (
            "{% cache 'k', tt‸l=1 %}",
            'ttl\n\nHow long a text is kept: seconds, or a text as "30s", "5m", "2h", "1d".',
        ),
        ("{% provide the‸me=1 %}", 'theme: what consume("theme") gives inside'),
        (
            "{% trans trim‸med n %}",
            "trimmed\n\nThe lines of the message are joined, and the space around it is left out.",
        ),
        ("{% trans co‸unt=1 %}", "count: a variable of the message"),
        (
            "{% quo‸te 'a' %}",
            "{% quote %}\n\nWrites a quotation, with its source.\n\n{% quote source, wide=False %}…{% end %}",
        ),
        ("{% quote 'a' %}{% endqu‸ote %}", "{% endquote %}\n\nCloses {% quote 'a' %}"),
        ("{% ru‸le %}", "{% rule %}\n\nA tag that this environment adds.\n\n{% rule %}"),
        ("{% quote 'a', wi‸de=true %}", "wide=False: a parameter of quote"),
    ],
)
def test_help_knows_the_words_and_names_of_every_tag(marked: str, expected: str) -> None:
    cursor = marked.index(CURSOR)
    assert explain(marked.replace(CURSOR, ""), cursor, OWN_TAGS) == expected


def test_help_with_a_tag_has_an_example() -> None:
    assert "{% include" in (told("{% inclu‸de x %}") or "").partition("\n")[2]


class Measured:
    """Properties of several kinds, none of which may be asked for its value."""

    __slots__ = ("set_later",)

    @property
    def documented(self) -> dict[str, int | None]:
        """How long it is.

        In metres.
        """
        raise Touched

    @property
    def bare(self):  # type: ignore[no-untyped-def]
        raise Touched

    @functools.cached_property
    def kept(self) -> Address:
        """Where it is."""
        raise Touched

    @property
    def where(self) -> Address:
        raise Touched

    def method(self, unit: str, places: int = 2) -> str:
        """In another unit."""
        raise Touched


class Descriptor:
    """Not what should be told of an attribute."""

    def __get__(self, *_: Any) -> Any:
        raise Touched


Measured.other = Descriptor()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("documented", "property m.documented -> dict[str, int | None]\n\nHow long it is.\n\nIn metres."),
        ("bare", "property m.bare\n\nIts value is not looked at here: that could run any code."),
        ("kept", "property m.kept -> Address\n\nWhere it is."),
        ("other", "attribute m.other\n\nIts value is not looked at here: that could run any code."),
        ("method", "method m.method(unit, places=2)\n\nIn another unit."),
    ],
)
def test_a_property_is_told_by_its_annotation_and_documentation_and_not_asked_for_its_value(
    name: str, text: str
) -> None:
    assert told(f"{{{{ m.{name}‸ }}}}", m=Measured()) == text
    assert told(f"{{% set x = m %}}{{{{ x.{name}‸ }}}}", m=Measured()) == text.replace("m.", "x.", 1)


def test_what_a_property_is_annotated_with_is_followed() -> None:
    assert first_line("{{ m.where.ci‸ty }}", m=Measured()) == "m.where.city: str, 4 characters"
    assert first_line("{{ m.kept.ci‸ty }}", m=Measured()) == "m.kept.city: str, 4 characters"


def test_a_template_is_told_with_its_macros_and_where_it_comes_from() -> None:
    known = World({}, world().environment, {"cards.html": "In[3]"})
    text = explain('{% include "cards.html" %}', 14, known) or ""
    assert text.startswith(
        'template cards.html, from In[3]\n\nmacros: card(title, footer="x", wide=false), row(cells)\n\n{% macro'
    )


def test_a_time_zone_of_a_class_of_ones_own_is_not_asked_for_its_name() -> None:
    class Zone(dt.tzinfo):
        def utcoffset(self, when: Any) -> Any:
            raise Touched

        tzname = dst = __repr__ = utcoffset  # type: ignore[assignment]

    assert shortly(dt.datetime(2024, 1, 2, tzinfo=Zone())) == "<datetime.datetime>"
    known = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert shortly(known) == repr(known)


@pytest.mark.parametrize(
    "marked",
    [
        "{{ h‸ }}",
        "{{ h.danger‸ }}",
        "{{ h(‸) }}",
        "{{ h[‸0] }}",
        "{{ h[0]‸ }}",
        "{{ h['a']‸ }}",
        "{{ h[h]‸ }}",
        "{{ h.plain‸ }}",
        "{{ h.nothing‸ }}",
        "{{ h.danger.upper‸ }}",
        "{% for x in h %}{{ x‸ }}",
        "{% for x in h.items() %}{{ x‸ }}",
        "{% for x in h.itertuples() %}{{ x.a‸ }}",
        "{% for k, v in h | items %}{{ v‸ }}",
    ],
)
@pytest.mark.parametrize("kind", ["object", "class", "dict", "list", "key"])
def test_help_runs_no_code_of_the_values(marked: str, kind: str) -> None:
    # made here, as pytest looks at what tests are parametrized with
    values = {
        "object": Hostile(),
        "class": HostileClass,
        "dict": HostileDict(a=1),
        "list": [Hostile()],
        "key": {"a": Hostile()},
    }
    told(marked, h=values[kind])


def test_values_are_shown_in_a_few_characters() -> None:
    recursive: list[Any] = []
    recursive.append(recursive)
    for value in (
        "x" * 10**6,
        list(range(10**6)),
        dict.fromkeys(range(999), "y" * 999),
        10**10_000,
        recursive,
        b"z" * 10**6,
    ):
        assert len(shortly(value)) <= 200
    assert shortly([1, "two", None]) == "[1, 'two', None]"
    assert shortly(User("Ada")).startswith("User(name='Ada'")


@given(st.lists(PIECES, max_size=25).map("".join), st.data())
def test_help_can_be_asked_for_at_any_place_of_any_text(text: str, data: st.DataObject) -> None:
    explain(text, data.draw(st.integers(0, len(text))), world())


# --- in a kernel -----------------------------------------------------------------------------------------------


def ask(kernel: Kernel, marked: str) -> str | None:
    """What a front end shows when Shift-Tab is pressed; ``None`` where there is nothing."""
    reply = kernel.client.inspect(
        marked.replace(CURSOR, ""), marked.index(CURSOR), reply=True, timeout=PATIENCE
    )
    content = reply["content"]
    assert content["status"] == "ok"
    assert content["found"] == bool(content["data"])
    return content["data"].get("text/plain")  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("%%kida\n{{ custo‸mer }}", "customer: dict, 1 item"),
        ("%%kida --as html\n<p>\n{{ customer.na‸me }} rest\n", "customer.name: str, 3 characters"),
        ("%%kida\n{{ customer | trun‸cate(3) }}", "filter truncate(length="),
        ("%%kida\n{{ price | wi‸th_tax }}", "filter with_tax(rate=0.2)"),
        ("%%kida\n{{ price | with_tax(‸) }}", "filter with_tax(rate=0.2)"),
        ("%%kida --a‸s html\n{{ x }}", "--as html|markdown|"),
        ("%%kida --as ht‸ml\n{{ x }}", "--as html|markdown|"),
        ("%%ki‸da --as html\n{{ x }}", "  %%kida [--as html|"),
        ("%%kida\n{{ customer['name']‸ }}", "customer['name']: str, 3 characters"),
        ("%%kida\n{% for x in customer %}{{ loop.fi‸rst }}", "property loop.first -> bool"),
        ("x = 1\n%kida show ca‸rd.html", "no template 'card.html'"),
        ("%kida sh‸ow card.html", "%kida show NAME"),
        ("%ki‸da", "Kida: a cell that starts with %%kida is a template"),
    ],
)
def test_a_kernel_helps_in_a_template_cell(kernel: Kernel, marked: str, expected: str) -> None:
    assert kernel.run(
        "import kida_jupyter\ncustomer = {'name': 'Ada'}\n"
        "@kida_jupyter.filter\ndef with_tax(price, rate=0.2):\n    'The price with tax.'\n    return price"
    ).ok
    assert (ask(kernel, marked) or "").startswith(expected)


def test_a_kernel_tells_nothing_of_plain_text_in_a_template_cell(kernel: Kernel) -> None:
    assert ask(kernel, "%%kida\nprin‸t") is None


def test_a_kernel_helps_with_python_as_ever(kernel: Kernel) -> None:
    assert "Prints the values" in (ask(kernel, "prin‸t") or "")
    assert "Prints the values" in (ask(kernel, "%%time\nprin‸t(1)") or "")


def test_after_unloading_a_kernel_helps_as_before(kernel: Kernel) -> None:
    kernel.run("customer = {'name': 'Ada'}")
    loaded = kernel.value("'do_inspect' in vars(get_ipython().kernel)")
    kernel.run("%unload_ext kida_jupyter")
    assert (loaded, kernel.value("'do_inspect' in vars(get_ipython().kernel)")) == ("True", "False")
    assert "dict, 1 item" not in (ask(kernel, "%%kida\n{{ custo‸mer }}") or "")


class FakeKernel:
    """A kernel as far as inspection goes."""

    def do_inspect(self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()) -> Any:
        return ("the kernel's own", code, detail_level)


class FakeShell:
    def __init__(self) -> None:
        self.kernel = FakeKernel()
        self.meta: dict[str, Any] = {}
        self.user_ns = {"customer": 1}
        self.user_ns_hidden: dict[str, Any] = {}


def test_unloading_puts_back_what_somebody_had_put_before_the_kernels_own() -> None:
    shell: Any = FakeShell()

    def others(*rest: Any, **options: Any) -> str:
        return "other"

    shell.kernel.do_inspect = others
    inspection.install(shell, Notebook(shell))
    inspection.install(shell, Notebook(shell))
    assert shell.kernel.do_inspect("%%kida\n{{ customer }}", 12)["found"]
    assert shell.kernel.do_inspect("customer", 3) == "other"
    inspection.uninstall(shell)
    assert shell.kernel.do_inspect is others


def test_what_somebody_put_before_ours_works_on_when_we_are_gone() -> None:
    shell: Any = FakeShell()
    inspection.install(shell, Notebook(shell))
    ours = shell.kernel.do_inspect

    def others(*rest: Any, **options: Any) -> Any:
        return ours(*rest, **options)

    shell.kernel.do_inspect = others
    inspection.uninstall(shell)
    # what was put before it is not ours to take away; it must pass on once nothing of Kida is loaded
    assert shell.kernel.do_inspect("print", 2)[0] == "the kernel's own"


def test_a_shell_without_a_kernel_is_left_alone() -> None:
    class Bare:
        pass

    shell: Any = Bare()
    inspection.install(shell, None)  # type: ignore[arg-type]
    inspection.uninstall(shell)
    assert vars(shell) == {}
