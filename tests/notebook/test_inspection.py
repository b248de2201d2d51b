"""What Shift-Tab tells in ``%%kida`` cells: the pure function, and through a real kernel."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kida_jupyter import inspection
from kida_jupyter.help.explaining import explain
from kida_jupyter.help.showing import shortly
from kida_jupyter.notebook import Notebook
from tests.notebook.kernel import PATIENCE, Kernel
from tests.notebook.test_completion import CURSOR, PIECES, Hostile, HostileClass, HostileDict, User, world


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
        ("{{ order.custo‸mer.mail }}", "order.customer: dict, 1 items"),
        ('{{ order["cus‸tomer"] }}', 'order["customer"]: dict, 1 items'),
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
        ("{% for x in users %}{{ x‸ }}", "x: loop variable, an item of users; the first one is"),
        ("{% set one = user.name %}{{ on‸e }}", "one = user.name"),
        ("{{ a an‸d b }}", "and"),
        ("{{ nobo‸dy }}", ""),
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


def test_help_with_a_tag_has_an_example() -> None:
    assert "{% include" in (told("{% inclu‸de x %}") or "").partition("\n")[2]


@pytest.mark.parametrize(
    "marked", ["{{ h‸ }}", "{{ h.danger‸ }}", "{{ h(‸) }}", "{{ h[‸0] }}", "{{ h.plain‸ }}"]
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
        ("%%kida\n{{ custo‸mer }}", "customer: dict, 1 items"),
        ("%%kida --as html\n<p>\n{{ customer.na‸me }} rest\n", "customer.name: str, 3 characters"),
        ("%%kida\n{{ customer | trun‸cate(3) }}", "filter truncate(length="),
        ("%%kida\n{{ price | wi‸th_tax }}", "filter with_tax(rate=0.2)"),
        ("%%kida\n{{ price | with_tax(‸) }}", "filter with_tax(rate=0.2)"),
        ("%%kida --a‸s html\n{{ x }}", "--as html|markdown|"),
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
    assert "dict, 1 items" not in (ask(kernel, "%%kida\n{{ custo‸mer }}") or "")


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
