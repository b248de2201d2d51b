"""The commands of ``%kida``: what each is called, takes and does, and the help that is made of that."""

# mypy: disable-error-code="no-untyped-call"
# IPython's parser and display() have no types.

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from IPython.core.magic_arguments import MagicArgumentParser

import kida
from kida_jupyter.magics import configuring, files, listing
from kida_jupyter.magics.options import HELP, asks_for_help, command_options, is_or_are, nearest, usage
from kida_jupyter.notebook import Notebook
from kida_jupyter.output import say, show_source, show_table

Argument = tuple[tuple[str, ...], Mapping[str, Any]]
"""What a parser's ``add_argument`` takes."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ``%kida``: its name, what it takes, what it does in a line, examples, how it is parsed and run."""

    name: str
    takes: str
    about: str
    run: Callable[[Notebook, Any], None]
    arguments: tuple[Argument, ...] = ()
    more: str = ""

    @property
    def magic(self) -> str:
        return f"%kida {self.name}"

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"{self.magic} {self.takes}".rstrip()

    def parser(self) -> MagicArgumentParser:
        """A parser of what stands behind it."""
        parser = MagicArgumentParser(self.magic, usage=self.usage)
        for names, details in self.arguments:
            parser.add_argument(*names, **details)
        return parser


def run_command(notebook: Notebook, line: str) -> None:
    """Do what a line behind ``%kida`` says; an empty one asks for help. Raises ``UsageError`` for what cannot be meant."""
    name, _, rest = line.strip().partition(" ")
    if name in ("", "help", *HELP):
        asked = rest.split()
        say(help_of(_command(asked[0], "%kida help")) if asked else help_text())
        return
    command = _command(name, "%kida")
    if asks_for_help(rest):
        say(help_of(command))
        return
    command.run(notebook, command_options(command.parser(), command.magic, rest))


def _command(name: str, magic: str) -> Command:
    command = COMMANDS.get(name)
    if command is None:
        near = nearest(name, COMMANDS)
        raise usage(
            "%kida", f"no command {name}; there are {', '.join(COMMANDS)}", near and f"{magic} {near}"
        )
    return command


def help_text() -> str:
    """The help that ``%kida`` prints."""
    width = max(len(command.usage) for command in COMMANDS.values())
    lines = [f"  {command.usage.ljust(width)}   {command.about}" for command in COMMANDS.values()]
    return f"{_INTRODUCTION}\n\nCommands\n\n" + "\n".join(lines) + f"\n\n{_EXAMPLES}"


def help_of(command: Command) -> str:
    """The help of a command."""
    text = f"{command.usage}\n\n  {command.about[0].upper()}{command.about[1:]}."
    return f"{text}\n\n{command.more}" if command.more else text


def _list(notebook: Notebook, given: Any) -> None:
    rows = listing.named_templates(notebook)
    live = listing.live_cells(notebook)
    if not rows.values and not live.values:
        say(
            "No named cells yet. A cell that starts with %%kida --name card.html is one; "
            "%kida load and %kida path bring in files."
        )
        return
    if rows.values:
        show_table(rows)
    if live.values:
        show_table(live)


def _show(notebook: Notebook, given: Any) -> None:
    name, text = files.found("%kida show", notebook, given.name)
    show_source(text, name, notebook.shell)


def _save(notebook: Notebook, given: Any) -> None:
    name, text = files.found("%kida save", notebook, given.name)
    say(f"Saved {name} to {files.save(text, name, given.file, force=given.force)}")


def _load(notebook: Notebook, given: Any) -> None:
    for name, path in files.load(notebook, given.files):
        say(f"Loaded {name} from {path}")


def _path(notebook: Notebook, given: Any) -> None:
    if given.reset and given.folders:
        raise usage("%kida path", "--reset takes no folders with it")
    if given.reset:
        notebook.search(())
    elif given.folders:
        notebook.search(files.folders(given.folders))
    if notebook.folders:
        show_table(listing.folders(notebook))
    else:
        say("No folders are searched. %kida path DIR adds one.")


def _env(notebook: Notebook, given: Any) -> None:
    if given.reset and given.variable is not None:
        raise usage("%kida env", "--reset takes no variable with it")
    if given.reset:
        notebook.use(None)
    elif given.variable is not None:
        _check_environment(notebook, given.variable)
        notebook.use(given.variable)
    show_table(listing.environment(notebook))


def _check_environment(notebook: Notebook, variable: str) -> None:
    if variable not in notebook.variables:
        kinds = [name for name, value in notebook.variables.items() if isinstance(value, kida.Environment)]
        near = nearest(variable, kinds) or (kinds[0] if len(kinds) == 1 else None)
        raise usage("%kida env", f"the notebook has no variable {variable}", near)
    value = notebook.variables[variable]
    if not isinstance(value, kida.Environment):
        raise usage("%kida env", f"{variable} is no kida.Environment: it is of type {type(value).__name__}")


def _filters(notebook: Notebook, given: Any) -> None:
    kind = "tests" if given.tests else "filters"
    functions = getattr(notebook.environment, kind)
    if given.word is not None and not any(given.word in name for name in functions):
        raise usage(
            "%kida filters", f"no {kind[:-1]} has {given.word} in its name", nearest(given.word, functions)
        )
    show_table(listing.functions(functions, given.word or "", is_filter=not given.tests))


def _live(notebook: Notebook, given: Any) -> None:
    if given.action is None:
        rows = listing.live_cells(notebook)
        if rows.values:
            show_table(rows)
        else:
            say("No live cells. A cell that starts with %%kida --live is one.")
        return
    if given.action != "stop":
        raise usage("%kida live", f"nothing is called {given.action}", "%kida live stop")
    ids = [cell.id for cell in notebook.live.list()]
    if given.id is not None and given.id not in ids:
        listed = f"; there {is_or_are(ids)} {', '.join(ids)}" if ids else "; there are none"
        raise usage("%kida live", f"no live cell {given.id}{listed}", nearest(given.id, ids))
    if ids:
        notebook.live.stop(given.id)
        say(f"Stopped {given.id or ', '.join(ids)}")
    else:
        say("There are no live cells.")


def _play(notebook: Notebook, given: Any) -> None:
    from IPython.display import display

    from kida_jupyter.playground import Playground

    if given.name is None:
        display(Playground(dict(notebook.named_cells) or _EXAMPLE, notebook=notebook))
        return
    name, text = files.found("%kida play", notebook, given.name)
    display(Playground({name: text}, notebook=notebook))


def _parallel(notebook: Notebook, given: Any) -> None:
    from kida_jupyter.parallel_view.command import run_parallel

    run_parallel(notebook, given)


def _config(notebook: Notebook, given: Any) -> None:
    if given.reset and given.assignments:
        raise usage("%kida config", "--reset takes no options with it")
    if given.reset:
        notebook.configure({}, None)
        return
    asked = [word for word in given.assignments if "=" not in word]
    _check_spaces(given.assignments)
    if asked == given.assignments:
        for name in asked:
            configuring.option_named(name)
        show_table(listing.options(notebook, asked or list(configuring.OPTIONS)))
        return
    names = configuring.set_options(notebook, given.assignments)
    say("\n".join(f"{name} = {configuring.shown_value(notebook, name)}" for name in dict.fromkeys(names)))


def _check_spaces(words: list[str]) -> None:
    for at, word in enumerate(words):
        if word.startswith("="):
            value = word[1:] or "".join(words[at + 1 : at + 2])
            meant = f"{words[at - 1]}={value}" if at and value else None
            raise usage("%kida config", "an option and its value have no space between them", meant)


def _positional(name: str, **details: Any) -> Argument:
    return (name,), details


def _option(name: str, metavar: str, about: str) -> Argument:
    return (name,), {"metavar": metavar, "help": about}


def _flag(name: str, about: str) -> Argument:
    return (name,), {"action": "store_true", "help": about}


_EXAMPLE: Final = """\
<h1>Hello, {{ name ?? "world" }}</h1>
<ul>
{% for word in ["edit", "look", "point"] %}
  <li>{{ loop.index }}: {{ word }}</li>
{% end %}
</ul>
"""
"""What a playground begins with where there is nothing to play with."""
_INTRODUCTION: Final = """\
Kida: a cell that starts with %%kida is a template, rendered with the notebook's variables:

  %%kida
  Dear {{ name }},
  you ordered {% for item in items %}{{ item }}{% if not loop.last %}, {% end %}{% end %}.

Options of a cell (%%kida? tells all of them)

  %%kida --as html          show it as html, markdown, text, latex, json or svg
  %%kida --name card.html   give it a name, for {% include "card.html" %} in other cells
  %%kida --to page          store the text in the variable page (without it: in _)
  %%kida --with rows[0]     look names up in a mapping first
  %%kida --live             keep the result up to date when variables change"""

_EXAMPLES: Final = """\
Examples

  %kida save card.html templates/card.html       write a named cell to a file
  %kida load templates/*.html                    read files as named cells
  %kida path templates                           let cells use the files of a folder
  %kida config undefined=lenient                 write nothing for names that are not there
  %kida env site                                 use the kida.Environment in the variable site
  %kida help save                                more about a command

The language is that of Jinja2, and more; {% end %} closes any tag

  {% macro card(title) %}<b>{{ title }}</b>{% end %}   in a cell --name card.html …
  {% from "card.html" import card %}                   … for all other cells
  {% block body %}…{% end %}                           in a cell --name layout.html …
  {% extends "layout.html" %}                          … for the pages that look like it
  {{ name ?? "nobody" }}                               a value for what may be missing
  {{ text |> trim |> upper }}                          filters, one after the other

A macro of another cell sees what it is given, and the notebook's variables only if it is
imported "with context". When something fails, the whole chain of cells and macros is shown;
kida.trace_of(error) has it for Python.

Functions of the notebook become filters, tests and globals of its templates:

  import kida_jupyter

  @kida_jupyter.filter          also: @kida_jupyter.test, @kida_jupyter.global_
  def shout(text):
      return text.upper() + "!"

  {{ name | shout }}            {{ rows | table }} makes a table of a data frame or of dicts

One with the name of a filter that there is takes its place; @kida_jupyter.filter("name")
gives it another name."""


COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        command.name: command
        for command in (
            Command(
                "list",
                "",
                "list the named cells and the live ones",
                _list,
            ),
            Command(
                "show",
                "NAME",
                "show the text of a cell or file",
                _show,
                (_positional("name"),),
                "The file is one of a folder that %kida path searches.\n\n  %kida show card.html",
            ),
            Command(
                "save",
                "NAME FILE [--force]",
                "write a named cell to a file",
                _save,
                (
                    _positional("name"),
                    _positional("file"),
                    _flag("--force", "overwrite the file"),
                ),
                "A file that is there is only overwritten with --force. In place of a file, an existing\n"
                "folder may be given: the file is then called as the cell.\n\n  %kida save card.html templates/",
            ),
            Command(
                "load",
                "FILE…",
                "read files as named cells",
                _load,
                (_positional("files", nargs="+"),),
                "A cell is called as its file. *, ? and ** stand for many files. Load again to see a file's\n"
                "changes, or use %kida path, which sees them by itself.\n\n  %kida load templates/*.html mails/**/*.txt",
            ),
            Command(
                "path",
                "[DIR…] [--reset]",
                "search folders for templates; alone: list them",
                _path,
                (
                    _positional("folders", nargs="*"),
                    _flag("--reset", "search none"),
                ),
                "The folders take the place of those given before. Named cells go first, then the folders\n"
                "in their order. A template is called as its file is within the folder, changes of files\n"
                "are seen at once.\n\n"
                "  %kida path templates ../shared/templates\n"
                "  %kida path --reset          search none any more",
            ),
            Command(
                "env",
                "[VAR] [--reset]",
                "use the environment in a variable as base; alone: show it",
                _env,
                (
                    _positional("variable", nargs="?"),
                    _flag("--reset", "use the notebook's own"),
                ),
                "The templates, filters, tests, globals and options of a kida.Environment in a variable are\n"
                "then those of the notebook, besides its own. When the variable gets another environment,\n"
                "that is used.\n\n"
                "  %kida env site\n"
                "  %kida env --reset           back to the notebook's own",
            ),
            Command(
                "filters",
                "[WORD] [--tests]",
                "list the filters or tests, those with a word in their name",
                _filters,
                (
                    _positional("word", nargs="?"),
                    _flag("--tests", "list the tests"),
                ),
                "  %kida filters json\n  %kida filters --tests",
            ),
            Command(
                "live",
                "[stop [ID]]",
                "list the live cells, or stop one of them, or all",
                _live,
                (
                    _positional("action", nargs="?"),
                    _positional("id", nargs="?"),
                ),
                "  %kida live stop             stop all\n  %kida live stop card.html   stop one",
            ),
            Command(
                "play",
                "[NAME]",
                "open a cell or file in the playground; alone: all named cells",
                _play,
                (_positional("name", nargs="?"),),
                "A live editor beside a live result, which shows what wrote each piece of it. What is edited there\n"
                "stays there: the cell and the file keep their text. For more, and to save it, make one yourself:\n\n"
                "  %kida play card.html\n"
                '  play = kida_jupyter.Playground("<h1>{{ title }}</h1>")\n'
                '  play.save("templates")',
            ),
            Command(
                "parallel",
                "NAME --contexts EXPR",
                "render many contexts at once, and compare each with itself alone",
                _parallel,
                (
                    _positional("name"),
                    _option(
                        "--contexts", "EXPR", "the contexts: a list of mappings, a generator, a data frame"
                    ),
                    _option("--workers", "1,2,4", "how many threads, or several numbers to compare; else 4"),
                    _option("--executor", "EXPR", "an executor of concurrent.futures, in place of threads"),
                    _option("--rounds", "N", "how often each number of workers is timed; 0: not at all"),
                    _option("--limit", "N", "how many contexts are taken at most; else 2000"),
                ),
                "A cell or file is rendered with each context, on threads. The renders are shown on a timeline,\n"
                "with their speed-up, and each is compared with its serial twin: text, stacks and calls. EXPR gives\n"
                "mappings or a data frame; names that a context lacks are the notebook's variables.\n\n"
                "  --workers 1,2,4   how many threads, or several numbers to compare; else 4\n"
                "  --executor EXPR   processes or a cluster in place of threads: any of concurrent.futures\n"
                "  --rounds N        how often each number is timed; else 5, 0 for not at all\n"
                "  --limit N         how many contexts are taken at most; else 2000\n\n"
                "  %kida parallel card.html --contexts rows\n"
                "  %kida parallel card.html --contexts [dict(title=t) for t in titles] --workers 1,2,4\n"
                '  run = kida_jupyter.parallel("card.html", rows)      from Python, with the records',
            ),
            Command(
                "config",
                "[KEY=VALUE…] [--reset]",
                "set options of the environment; alone: list them",
                _config,
                (
                    _positional("assignments", nargs="*"),
                    _flag("--reset", "set all back"),
                ),
                "  %kida config undefined=lenient trim_blocks=on lstrip_blocks=on\n"
                "  %kida config autoescape=auto\n"
                "  %kida config --reset        all as they were",
            ),
        )
    }
)
"""The commands by name, in the order of the help."""
