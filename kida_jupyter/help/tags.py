"""The tags of the language, as one needs to know them while writing: what closes them, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import kida
from kida_jupyter.help.signatures import parameters_of
from kida_jupyter.help.values import Parameter


@dataclass(frozen=True, slots=True)
class TagHelp:
    """A tag: a sentence, an example, what closes its body (nothing where it has none), and what may divide the body.

    ``parameters`` are those of an extension's tag.
    """

    name: str
    meaning: str
    example: str
    closer: str = ""
    middles: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()


_TAGS: Final = (
    TagHelp(
        "if",
        "Renders its body if the condition is true.",
        "{% if user %}Hello {{ user }}{% elif guest %}Hello{% else %}Who is there?{% end %}",
        "endif",
        ("elif", "else"),
    ),
    TagHelp(
        "unless",
        "Renders its body if the condition is false.",
        "{% unless items %}Nothing here.{% end %}",
        "endunless",
        ("else",),
    ),
    TagHelp(
        "for",
        "Renders its body for each item; `empty` or `else` where there is none. `loop` tells the index and more.",
        "{% for item in items if item.price %}{{ loop.index }}. {{ item }}{% empty %}none{% end %}",
        "endfor",
        ("empty", "else"),
    ),
    TagHelp(
        "async",
        "A loop over what arrives asynchronously.",
        "{% async for row in rows %}{{ row }}{% end %}",
    ),
    TagHelp(
        "while",
        "Renders its body as long as the condition is true.",
        "{% let n = 3 %}{% while n %}{{ n }} {% let n = n - 1 %}{% end %}",
        "endwhile",
        ("empty", "else"),
    ),
    TagHelp(
        "break", "Leaves the loop.", "{% for x in xs %}{% if x is none %}{% break %}{% end %}{{ x }}{% end %}"
    ),
    TagHelp(
        "continue",
        "Goes on with the next item of the loop.",
        "{% for x in xs %}{% if x is none %}{% continue %}{% end %}{{ x }}{% end %}",
    ),
    TagHelp(
        "try",
        "Renders its body, or `fallback` if that raises; what the body had written until then is discarded.",
        "{% try %}{{ price / count }}{% fallback error %}n/a{% end %}",
        "endtry",
        ("fallback",),
    ),
    TagHelp(
        "match",
        "Renders the first case whose pattern fits, with Python's patterns.",
        '{% match user %}{% case {"role": role} if role != "guest" %}{{ role }}{% case _ %}somebody{% end %}',
        "endmatch",
        ("case",),
    ),
    TagHelp(
        "set",
        "Assigns a variable in this scope: a value, or with a body the text that the body writes.",
        "{% set total = items | sum %}",
        "endset",
    ),
    TagHelp(
        "let",
        "Assigns in the enclosing template, macro or block, also from inside a loop.",
        "{% let total = 0 %}{% for x in xs %}{% let total = total + x %}{% end %}{{ total }}",
    ),
    TagHelp(
        "export",
        "Assigns at the top of the template, from where others can import the name.",
        '{% export version = "1.0" %}',
    ),
    TagHelp(
        "promote",
        "Another name for `export`: assigns at the top of the template.",
        '{% promote version = "1.0" %}',
    ),
    TagHelp(
        "capture",
        "Keeps what its body writes in a variable.",
        "{% capture greeting %}Hello {{ name }}{% end %}{{ greeting | upper }}",
        "endcapture",
    ),
    TagHelp(
        "with",
        "Variables for its body alone.",
        "{% with total = items | sum %}{{ total }}{% end %}",
        "endwith",
    ),
    TagHelp(
        "cache",
        "Keeps what its body writes under a key, for some time: the body runs once for it.",
        '{% cache "menu", user.id, ttl="5m" %}{{ menu() }}{% end %}',
        "endcache",
    ),
    TagHelp(
        "provide",
        "Gives values to all that is rendered inside, through macros, includes and inheritance; `consume` asks for them.",
        '{% provide theme = "dark" %}{{ consume("theme") }}{% end %}',
        "endprovide",
    ),
    TagHelp(
        "push",
        "Adds what its body writes to a stack, which another place writes; with `once` and a key, once for it.",
        '{% push "scripts" once "chart" %}<script src="chart.js"></script>{% end %}',
        "endpush",
    ),
    TagHelp(
        "stack",
        "Writes all that is pushed to a stack in the whole render, also what comes later.",
        '<head>{% stack "scripts" %}</head>',
    ),
    TagHelp(
        "trans",
        "A message to translate: text, and names of variables. `pluralize` divides the form for one from that for many.",
        "{% trans count=items|length %}{{ count }} item{% pluralize %}{{ count }} items{% endtrans %}",
        "endtrans",
        ("pluralize",),
    ),
    TagHelp("do", "Evaluates an expression and writes nothing.", "{% do seen.append(item) %}"),
    TagHelp("debug", "Writes the context, the filters and the tests that there are.", "{% debug %}"),
    TagHelp(
        "autoescape",
        "Turns the escaping of values on or off for its body.",
        "{% autoescape false %}{{ html }}{% end %}",
        "endautoescape",
    ),
    TagHelp(
        "filter",
        "Applies filters to what its body writes.",
        "{% filter upper | trim %}quiet words{% end %}",
        "endfilter",
    ),
    TagHelp(
        "spaceless",
        "Leaves out the white space between the tags of what its body writes.",
        "{% spaceless %}<ul> <li>{{ item }}</li> </ul>{% end %}",
        "endspaceless",
    ),
    TagHelp(
        "flush",
        "Hands on what a stream has written so far; where the text is made as a whole, it does nothing.",
        "<head>{{ title }}</head>{% flush %}",
    ),
    TagHelp(
        "macro",
        "Defines a function that writes its body.",
        '{% macro field(name, type="text") %}<input name="{{ name }}" type="{{ type }}">{% end %}{{ field("email") }}',
        "endmacro",
    ),
    TagHelp(
        "def",
        "Defines a macro with Python's whole grammar of parameters.",
        "{% def card(title: str, *, footer: str | None = none) %}<h2>{{ title }}</h2>{% end %}",
        "enddef",
    ),
    TagHelp(
        "call",
        "Calls a macro with a body, which the macro writes with `caller()`.",
        '{% call card("News") %}<p>Nothing new.</p>{% end %}',
        "endcall",
    ),
    TagHelp(
        "extends",
        "Renders another template, with this one's blocks in place of its own.",
        '{% extends "base.html" %}{% block body %}Hello{% end %}',
    ),
    TagHelp(
        "block",
        "A part that templates which extend this one can replace; `super()` writes what it replaced.",
        "{% block title %}Untitled{% end %}",
        "endblock",
    ),
    TagHelp(
        "fragment",
        "A block that is not rendered where it stands, but with `render_block`, or where `self` calls it.",
        "{% fragment row %}<tr><td>{{ item }}</td></tr>{% end %}",
        "endfragment",
    ),
    TagHelp(
        "slot",
        "In a `def` a place for what its caller writes, perhaps with default content; in a `call` that content. "
        "`let:` hands data up.",
        "{% def card() %}{% slot title %}Untitled{% end %}{% end %}"
        "{% call card() %}{% slot title %}Hello{% end %}{% end %}",
        "endslot",
    ),
    TagHelp(
        "yield",
        "Writes the content that the `def` around was given for a slot: so that it can be handed on.",
        "{% def panel() %}{% call card() %}{% slot title %}{% yield title %}{% end %}{% end %}{% end %}",
    ),
    TagHelp(
        "include",
        "Renders another template here, with this one's variables.",
        '{% include "header.html" ignore missing %}',
    ),
    TagHelp(
        "embed",
        "Renders another template here, with blocks in place of its own.",
        '{% embed "card.html" %}{% block body %}Hello{% end %}{% end %}',
        "endembed",
    ),
    TagHelp(
        "import",
        "Makes the macros of another template known under one name.",
        '{% import "forms.html" as forms %}{{ forms.field("email") }}',
    ),
    TagHelp(
        "from",
        "Makes macros of another template known by their names.",
        '{% from "forms.html" import field, label as caption %}',
    ),
    TagHelp(
        "raw",
        "Writes its body as it stands, with nothing in it rendered.",
        "{% raw %}{{ this is not rendered }}{% endraw %}",
        "endraw",
    ),
)
TAGS: Final[Mapping[str, TagHelp]] = MappingProxyType({tag.name: tag for tag in _TAGS})
"""Every tag by name. `raw` is one for people, though not for the parser."""


def tags_in(environment: kida.Environment) -> Mapping[str, TagHelp]:
    """The tags of an environment: those of the language, and those of its extensions."""
    own = [one for one in environment.extensions if not isinstance(one, str)]
    if not own:
        return TAGS
    return MappingProxyType({**TAGS, **{one.tag: _of_extension(one) for one in own}})


def _of_extension(extension: kida.Extension | type[kida.Extension]) -> TagHelp:
    name = extension.tag
    kind = extension if isinstance(extension, type) else type(extension)
    told = vars(kind).get("__doc__")
    meaning = told.strip().partition("\n\n")[0] if isinstance(told, str) else ""
    parameters = parameters_of(kind.render, skip=3) or ()
    arguments = ", ".join(one.written for one in parameters)
    example = f"{{% {name} {arguments} %}}" if arguments else f"{{% {name} %}}"
    closer = f"end{name}" if extension.has_body else ""
    return TagHelp(
        name,
        " ".join(meaning.split()) or "A tag that this environment adds.",
        f"{example}…{{% end %}}" if closer else example,
        closer,
        parameters=parameters,
    )


MIDDLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "elif": "Another condition, tried when those before it were false.",
        "else": "What is rendered where no condition was true, or a loop had no item.",
        "empty": "What is rendered where a loop had no item.",
        "case": "A pattern, and what is rendered when it fits.",
        "fallback": "What is rendered in place of a body that raised; a name behind it is bound to the error.",
        "pluralize": "The message for many; a variable behind it tells how many, else the first one does.",
    }
)
"""What divides a tag's body, with its meaning."""

CLOSERS: Final[Mapping[str, str]] = MappingProxyType({tag.closer: tag.name for tag in _TAGS if tag.closer})
"""The tag that each explicit closer closes."""
