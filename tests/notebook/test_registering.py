"""Functions of the notebook as filters, tests and globals of its templates."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError

import kida_jupyter
from tests.notebook.in_process import Session
from tests.notebook.kernel import Kernel


def test_a_function_becomes_a_filter_under_its_own_name(kernel: Kernel) -> None:
    kernel.run(
        "import kida_jupyter\n@kida_jupyter.filter\ndef shout(text, mark='!'):\n    return text.upper() + mark"
    )
    assert kernel.run("%%kida\n{{ 'hey' | shout }} {{ 'you' | shout('?') }}").text == "HEY! YOU?"
    assert kernel.value("shout('a')") == "'A!'"


@pytest.mark.parametrize("brackets", ["('loud')", "()"])
def test_it_may_be_given_a_name_or_empty_brackets(session: Session, brackets: str) -> None:
    session.run(
        f"import kida_jupyter\n@kida_jupyter.filter{brackets}\ndef shout(text):\n    return text.upper()"
    )
    name = "loud" if "loud" in brackets else "shout"
    assert session.run(f"%%kida\n{{{{ 'hey' | {name} }}}}").text == "HEY"
    assert callable(session.names["shout"])


def test_tests_and_globals_are_registered_likewise(session: Session) -> None:
    session.run(
        "import kida_jupyter\n"
        "@kida_jupyter.test\ndef tall(x):\n    return x > 2\n"
        "@kida_jupyter.test('wide')\ndef broad(x):\n    return x > 9\n"
        "@kida_jupyter.global_\ndef asset(path):\n    return '/static/' + path\n"
        "kida_jupyter.global_(site='here')\n"
        "del tall, broad, asset"
    )
    cell = "%%kida --as text\n{{ 3 is tall }} {{ 3 is wide }} {{ asset('a.css') }} {{ site }}"
    assert session.run(cell).text == "True False /static/a.css here"


def test_running_the_cell_again_replaces_it_for_templates_that_use_it(session: Session) -> None:
    cell = "import kida_jupyter\n@kida_jupyter.filter\ndef mark(text):\n    return text + '{}'"
    assert not session.run("%%kida --name part.html\n{{ 'a' | mark }}").ok
    for sign in "!?":
        session.run(cell.format(sign))
        assert session.run("%%kida --as text\n{% include 'part.html' %}").text == f"a{sign}"
        assert (
            session.run("%%kida --as text --undefined lenient\n{% include 'part.html' %}").text == f"a{sign}"
        )


def test_what_is_registered_survives_other_options(session: Session) -> None:
    session.run("import kida_jupyter\n@kida_jupyter.filter\ndef mark(text):\n    return text + '!'")
    session.run("%kida config trim_blocks=on")
    assert session.run("%%kida\n{{ 'a' | mark }}").text == "a!"


def test_a_filter_of_the_notebook_goes_before_a_built_in_one(session: Session) -> None:
    session.run("import kida_jupyter\n@kida_jupyter.filter\ndef upper(text):\n    return 'mine'")
    assert session.run("%%kida\n{{ 'a' | upper }}").text == "mine"


def test_without_the_extension_it_is_one_clear_line(kernel: Kernel) -> None:
    kernel.run("%unload_ext kida_jupyter")
    run = kernel.run("import kida_jupyter\n@kida_jupyter.filter\ndef mark(text):\n    return text")
    expected = (
        "UsageError: kida_jupyter: no notebook to register 'mark' with; run %load_ext kida_jupyter first\n"
    )
    assert run.stderr == expected


def test_outside_of_ipython_nothing_is_registered_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: None)
    with pytest.raises(UsageError, match="load_ext"):
        kida_jupyter.filter(str.upper)


def test_what_has_no_name_that_fits_is_refused(session: Session) -> None:
    with pytest.raises(TypeError, match="the name of a filter is a str, not int"):
        kida_jupyter.filter(3)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="a function or a name, or values by keyword, not both"):
        kida_jupyter.global_("name", other=1)  # type: ignore[call-overload]
