"""The error view of exceptions that do not let anything be done to them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import kida
from kida_jupyter.views.error import CellError, error_text, with_view


@dataclass(frozen=True)
class Frozen(Exception):
    reason: str

    def __str__(self) -> str:
        return self.reason


def test_an_exception_that_cannot_be_written_to_is_stood_in_for() -> None:
    shown = with_view(Frozen("no"))
    assert isinstance(shown, CellError)
    assert str(shown) == "Frozen: no"
    assert shown._render_traceback_() == ["Frozen: no"]


def test_any_other_is_raised_as_it_is() -> None:
    error = ValueError("no")
    assert with_view(error) is error
    assert error._render_traceback_() == ["ValueError: no"]  # type: ignore[attr-defined]


def test_an_exception_without_a_message_is_named() -> None:
    assert error_text(KeyboardInterrupt()) == "KeyboardInterrupt"


def test_a_message_that_cannot_be_made_is_said_to_be_so() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError("of all things")

    assert error_text(Odd()) == "Odd: (its message cannot be shown)"


def test_the_files_of_functions_are_shown_as_the_caller_wants_them() -> None:
    def fail() -> None:
        raise ValueError("no")

    try:
        kida.Environment().render_string("{{ fail() }}", fail=fail)
    except ValueError as error:
        text = error_text(error, lambda path: "my file")
    assert text.splitlines()[-1].startswith("  in Python: fail at my file:")


def test_a_view_that_cannot_be_made_leaves_the_exception_to_python() -> None:
    def fail() -> None:
        raise ValueError("no")

    def broken(path: str) -> str:
        raise OSError(path)

    with pytest.raises(ValueError, match="no") as caught:
        kida.Environment().render_string("{{ fail() }}", fail=fail)
    assert with_view(caught.value, broken) is caught.value
    assert not hasattr(caught.value, "_render_traceback_")
