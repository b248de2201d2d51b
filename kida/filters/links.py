"""The ``urlize`` filter: addresses in text become links.

What counts as an address, and which punctuation around one stays outside, is Jinja2's
(https://jinja.palletsprojects.com/templates/#jinja-filters.urlize).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from kida.errors import FilterArgumentError
from kida.runtime.hooks import EvalContext, pass_eval_context

_SPACES = re.compile(r"(\s+)")
_OPENING = re.compile(r"(?:[(<]|&lt;)*")
_CLOSING = (".", ",", ")", ">", "&gt;")
_BRACKETS = (("(", ")"), ("<", ">"), ("&lt;", "&gt;"))

# A name is linked without a scheme only under these old top-level domains: "etc.so" is rarely meant as one.
_BARE_DOMAINS = "com|net|int|edu|gov|org|info|mil"
_NAMED_HOST = r"(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59})"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_IPV6 = r"\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]"
# Not compiled here: few programs use the filter, and compiling these would take a good part of their import.
_WEB_ADDRESS = (
    rf"(?:(?:https?://|www\.){_NAMED_HOST}|(?:[\w%-]{{2,63}}\.)+(?:{_BARE_DOMAINS})|https?://(?:{_IPV4}|{_IPV6}))"
    r"(?::\d{1,5})?(?:[/?#]\S*)?"
)
_MAIL_DOMAIN = r"\w[\w.-]*\.\w+"
_SCHEME = r"[\w.+-]{2,}:/{0,2}"


@pass_eval_context
def urlize(
    eval_ctx: EvalContext,
    value: Any,
    trim_url_limit: int | None = None,
    nofollow: bool = False,
    target: str | None = None,
    rel: str | None = None,
    extra_schemes: Iterable[str] | None = None,
) -> str:
    """The text escaped, with its web and mail addresses made links.

    Parameters: ``trim_url_limit``, how many characters of an address to show; ``nofollow``, add
    ``rel="nofollow"``; ``target`` and ``rel``, attributes of each link; ``extra_schemes``, more prefixes that
    begin an address, such as ``tel:``. Raises `FilterArgumentError` for a scheme that is none.
    """
    schemes = tuple(extra_schemes or ())
    for scheme in schemes:
        if re.fullmatch(_SCHEME, scheme) is None:
            raise FilterArgumentError(f"{scheme!r} is not a valid URI scheme prefix.")
    relations = {"noopener", *(rel or "").split()} | ({"nofollow"} if nofollow else set())
    attributes = f' rel="{escape(" ".join(sorted(relations)))}"'
    if target:
        attributes += f' target="{escape(target)}"'

    def shown(address: str) -> str:
        if trim_url_limit is None or len(address) <= trim_url_limit:
            return address
        return f"{address[:trim_url_limit]}..."

    # every second part is white space
    parts = _SPACES.split(str(escape(value)))
    parts[::2] = [_link(word, attributes, shown, schemes) for word in parts[::2]]
    text = "".join(parts)
    return Markup(text) if eval_ctx.autoescape else text


def _link(word: str, attributes: str, shown: Callable[[str], str], schemes: tuple[str, ...]) -> str:
    head, address, tail = _trim_punctuation(word)
    if re.fullmatch(_WEB_ADDRESS, address, re.IGNORECASE):
        target = address if address.startswith(("http://", "https://")) else f"https://{address}"
        link = f'<a href="{target}"{attributes}>{shown(address)}</a>'
    elif address.startswith("mailto:") and _is_mail_address(address[7:]):
        link = f'<a href="{address}">{address[7:]}</a>'
    elif ":" not in address and not address.startswith(("www.", "@")) and _is_mail_address(address):
        link = f'<a href="mailto:{address}">{address}</a>'
    elif any(address != scheme and address.startswith(scheme) for scheme in schemes):
        link = f'<a href="{address}"{attributes}>{address}</a>'
    else:
        return word
    return f"{head}{link}{tail}"


def _trim_punctuation(word: str) -> tuple[str, str, str]:
    opening = _OPENING.match(word)
    head = opening[0] if opening else ""
    rest = word[len(head) :]
    end = len(rest)
    while found := next((mark for mark in _CLOSING if rest.endswith(mark, 0, end)), None):
        end -= len(found)
    address, tail = rest[:end], rest[end:]
    # brackets that were opened inside the address are closed inside it
    for opener, closer in _BRACKETS:
        opened = address.count(opener)
        if opened <= address.count(closer):
            continue
        end = 0
        for _ in range(min(opened, tail.count(closer))):
            end = tail.index(closer, end) + len(closer)
        address, tail = address + tail[:end], tail[end:]
    return head, address, tail


def _is_mail_address(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    return bool(name and at) and re.fullmatch(_MAIL_DOMAIN, domain) is not None
