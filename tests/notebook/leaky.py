"""A filter with a mistake that is made on purpose: it keeps what one render gave it where all renders see it."""

from __future__ import annotations

from threading import Barrier, current_thread
from typing import Any

import kida

TEMPLATE = "{{ name | sign_in(number) }}Dear reader,\n{% from 'parts' import closing %}{{ closing() }}"
PARTS = "{% macro closing() %}Yours, {{ '' | signature }}.{% endmacro %}"


class Leaky:
    """The filters ``sign_in`` and ``signature``, which share the name of whoever signed in last.

    Of two renders at a time on `render_many`'s threads, the one with the even number always signs in first, and both
    sign afterwards: it signs with the other's name. That is by meeting, not by chance.
    """

    def __init__(self) -> None:
        self.signed_in = ""
        self._meeting = Barrier(2, timeout=30)

    def sign_in(self, name: str, number: int) -> str:
        """Keep a name for later."""
        if number % 2:
            self._meet()
        self.signed_in = name
        if not number % 2:
            self._meet()
        self._meet()
        return ""

    def signature(self, _: Any) -> str:
        """The name that was kept."""
        name = self.signed_in
        self._meet()
        return name

    def _meet(self) -> None:
        if current_thread().name.startswith("kida-render"):  # alone there is nobody to wait for
            self._meeting.wait()


def leaky_template() -> kida.Template:
    """A template that signs with the filters above."""
    made = Leaky()
    return kida.Environment(
        loader=kida.DictLoader({"letter": TEMPLATE, "parts": PARTS}),
        filters={"sign_in": made.sign_in, "signature": made.signature},
    ).get_template("letter")


LEAKY_CONTEXTS = [
    {"name": name, "number": number}
    for number, name in enumerate(("Ada", "Emmy", "Grace", "Sofia", "Lise", "Maria"))
]
