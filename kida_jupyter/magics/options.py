"""The words behind a magic: how they are split, declared and parsed, and what is said of those that cannot be meant."""

# mypy: disable-error-code="no-untyped-call"
# IPython's parser has no types.

from __future__ import annotations

import ast
import re
import shlex
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, Final

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser

import kida
from kida_jupyter.notebook import is_ipythons
from kida_jupyter.output import FORMATS

NEAR: Final = 0.5
"""How alike a word and a known one must be to ask whether it was meant: there are few of them, most of them short."""

UNDEFINED: Final[Mapping[str, type[kida.Undefined]]] = MappingProxyType(
    {
        "strict": kida.StrictUndefined,
        "lenient": kida.Undefined,
        "chainable": kida.ChainableUndefined,
        "debug": kida.DebugUndefined,
    }
)
"""What becomes of names that are not there, by the words of ``--undefined`` and ``%kida config undefined=``."""

_EXPRESSION_OPTION: Final = re.compile(r"--(?:with|contexts)(?=[\s=])")
"""What has an expression of Python behind it."""
HELP: Final = frozenset(("-h", "--help", "?"))
"""What asks for help, in place of anything else."""
_LACKS_VALUE: Final = re.compile(r"argument (--[\w-]+): expected one argument")
_HAS_VALUE: Final = re.compile(r"argument (--[\w-]+): ignored explicit argument .*", re.DOTALL)
_LACKS_WORDS: Final = "the following arguments are required: "
_NAME: Final = re.compile(r"[\w/ -]+\.\w+")
_PLAIN_BACKSLASH: Final = re.compile(
    r"""(?P<kept> "(?:[^"\\]|\\.)*" | '[^']*' | \\[\s"'\\] ) | \\(?=.)""", re.VERBOSE | re.DOTALL
)
"""A backslash outside of quotes that stands before nothing which a shell would have to be kept from."""
_CLOSERS: Final[Mapping[str, str]] = MappingProxyType({"(": ")", "[": "]", "{": "}"})


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What stands behind ``%%kida``. ``None`` where nothing was said."""

    format: str | None = None
    name: str | None = None
    to: str | None = None
    with_: str | None = None
    undefined: str | None = None
    autoescape: bool | None = None
    live: bool = False
    stream: bool = False
    trace: bool = False
    quiet: bool = False


def cell_options(parser: MagicArgumentParser, line: str) -> CellOptions:
    """The options of a cell. Raises ``UsageError``, which IPython shows in a line, for what they cannot be.

    Parameters: ``parser``, which knows the options; ``line``, what stands behind ``%%kida``.
    """
    given, unknown = _parsed(parser, "%%kida", line)
    if unknown:
        raise _unknown_word(parser, unknown[0], bool(given.with_))
    options = CellOptions(**vars(given))
    _check_one_of("--as", options.format, FORMATS)
    _check_one_of("--undefined", options.undefined, UNDEFINED)
    if options.name == "":
        raise usage("%%kida", "--name needs a name")
    if options.to is not None:
        _check_variable(options.to)
    for one, other in (("live", "quiet"), ("live", "stream"), ("live", "trace"), ("stream", "trace")):
        if getattr(options, one) and getattr(options, other):
            raise usage("%%kida", f"--{one} and --{other} do not go together")
    return options


def asks_for_help(line: str) -> bool:
    """Whether a line has ``--help``, ``-h`` or ``?`` as a word of its own."""
    try:
        return not HELP.isdisjoint(split(line))
    except ValueError:  # a quote that is not closed
        return False


def command_options(parser: MagicArgumentParser, magic: str, line: str) -> Namespace:
    """What stands behind a command of ``%kida``. Raises ``UsageError``.

    Parameters: ``parser``; ``magic``, the magic and the command, for messages; ``line``, what stands behind them.
    """
    given, unknown = _parsed(parser, magic, line)
    if unknown:
        word = unknown[0].partition("=")[0]
        known = option_names(parser)
        if word.startswith("-"):
            listed = f"; there {is_or_are(known)} {', '.join(known)}" if known else "; it has none"
            raise usage(magic, f"no option {word}{listed}", nearest_option(word, known))
        raise usage(magic, f"{word!r} is one word too many; it is {parser.usage or magic}")
    return given


def usage(magic: str, message: str, meant: str | None = None) -> UsageError:
    """An error that IPython shows as one line: the magic, what is wrong, and what was perhaps meant."""
    line = " ".join(message.split()).removesuffix(".")
    return UsageError(f"{magic}: {line}" + (f". Did you mean {meant}?" if meant else ""))


def is_or_are(things: Sequence[Any]) -> str:
    """The verb for one thing or several."""
    return "is" if len(things) == 1 else "are"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like another, or ``None`` where none is like it."""
    by_lower_case = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(by_lower_case), n=1, cutoff=NEAR)
    return by_lower_case[near[0]] if near else None


def nearest_option(word: str, known: Iterable[str]) -> str | None:
    """The option that is most like a word, told by what stands behind the dashes."""
    bare = {name.lstrip("-"): name for name in known}
    near = nearest(word.lstrip("-"), bare)
    return near and bare[near]


def option_names(parser: MagicArgumentParser) -> list[str]:
    """The options that a parser knows, in the order in which they were declared."""
    return list(parser._option_string_actions)


def split(line: str) -> list[str]:
    """The words of a line, as a shell has them, but for the expression behind ``--with`` or ``--contexts``, which is kept as written.

    That expression may have spaces within brackets and quotes. Raises ``ValueError`` where one is not closed.
    """
    words: list[str] = []
    place = 0
    while (found := _EXPRESSION_OPTION.search(line, place)) is not None:
        place = found.end()
        before = line[: found.start()]
        if before and not before[-1].isspace():
            continue
        try:
            head = _words(before)
        except ValueError:  # within quotes
            continue
        option = found.group()
        expression, rest = _expression(option, line[place + 1 :].lstrip())
        words += [*head, f"{option}={expression}" if expression else option]
        line, place = rest, 0
    return words + _words(line)


def _words(text: str) -> list[str]:
    r"""The words of a text, as a shell has them, but that ``\n`` and ``templates\card.html`` keep their backslash."""
    return shlex.split(_PLAIN_BACKSLASH.sub(lambda found: found["kept"] or "\\\\", text))


def _expression(option: str, text: str) -> tuple[str, str]:
    """An expression at the beginning of a text, which ends at a space outside of brackets, and what follows it.

    ``option`` is what it stands behind.
    """
    if text.startswith("--"):
        return "", text
    open_: list[str] = []
    quote = ""
    place = 0
    while place < len(text):
        letter = text[place]
        if quote:
            if letter == "\\":
                place += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter in _CLOSERS:
            open_.append(_CLOSERS[letter])
        elif open_ and letter == open_[-1]:
            open_.pop()
        elif letter.isspace() and not open_:
            break
        place += 1
    if quote or open_:
        raise ValueError(f"{option} {text}: a {(quote or open_[-1])!r} is missing")
    return _unquoted(text[:place]), text[place:]


def _unquoted(text: str) -> str:
    """An expression that was put in quotes, as in a shell, without them."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text


def _parsed(parser: MagicArgumentParser, magic: str, line: str) -> tuple[Namespace, list[str]]:
    parser.allow_abbrev = False
    try:
        return parser.parse_known_args(split(line))
    except UsageError as error:
        raise usage(magic, _reworded(parser, str(error))) from None
    except ValueError as error:  # of the words themselves
        message = "a quote is not closed" if str(error) == "No closing quotation" else str(error)
        raise usage(magic, message) from None


def _reworded(parser: MagicArgumentParser, message: str) -> str:
    """What argparse says of an option or of words that are missing, as this package says it."""
    found = _LACKS_VALUE.fullmatch(message)
    if found is not None:
        metavar = parser._option_string_actions[found[1]].metavar
        return f"{found[1]} needs a value: {found[1]} {metavar}"
    found = _HAS_VALUE.fullmatch(message)
    if found is not None:
        return f"{found[1]} takes no value"
    if message.startswith(_LACKS_WORDS):
        words = message.removeprefix(_LACKS_WORDS).split(", ")
        return f"{' and '.join(words)} {'is' if len(words) == 1 else 'are'} missing; it is {parser.usage}"
    return message


def _check_one_of(option: str, word: str | None, known: Mapping[str, Any]) -> None:
    if word is not None and word not in known:
        near = nearest(word, known)
        raise usage("%%kida", f"{option} {word} is none of {', '.join(known)}", near and f"{option} {near}")


def _check_variable(name: str) -> None:
    if not name.isidentifier() or iskeyword(name):
        raise usage("%%kida", f"--to {name}: that is no name for a variable")
    if is_ipythons(name):
        raise usage("%%kida", f"--to {name}: that variable is IPython's own")


def _unknown_word(parser: MagicArgumentParser, word: str, has_expression: bool) -> UsageError:
    for option, known in (("--as", FORMATS), ("--undefined", UNDEFINED)):
        if word in known:
            return usage("%%kida", f"no option {word}", f"{option} {word}")
    if _NAME.fullmatch(word):
        return usage("%%kida", f"no option {word}", f"--name {word}")
    option = word.partition("=")[0]
    options = option_names(parser)
    near = nearest_option(option, options)
    if has_expression and not option.startswith("-"):
        return usage("%%kida", f"no option {word}; put brackets around an expression that has spaces")
    return usage("%%kida", f"no option {option}; there are {', '.join(options)}", near)
