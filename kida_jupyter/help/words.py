"""What is said of the words that the language has for itself, but for tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEYWORDS: Final[Mapping[str, str]] = {
    "and": "Both are true. Gives the first value that is not.",
    "or": "One of both is true. Gives the first value that is.",
    "not": "The opposite.",
    "in": "Whether the right-hand side contains the left-hand one; in a loop, what it runs over.",
    "is": "Asks a test: {{ value is defined }}",
    "if": "A choice: {{ a if condition else b }}",
    "else": "The other choice: {{ a if condition else b }}",
    "true": "The constant true.",
    "True": "The constant true.",
    "false": "The constant false.",
    "False": "The constant false.",
    "none": "The constant none: no value.",
    "None": "The constant none: no value.",
    "for": "A list of what an expression gives for each item: {{ [x * 2 for x in numbers if x] }}",
    "await": "Waits for what arrives later: {{ await fetch() }}",
}
"""Words of expressions."""
OF_TAGS: Final[Mapping[str, str]] = {
    "in": "Behind it stands what the loop runs over.",
    "as": "Behind it stands the name by which it is known here.",
    "import": "Behind it stand the names of macros and variables of the other template.",
    "with": 'With "with context" the other template sees the variables of this one; "with a=1, b=2" adds names to them.',
    "without": 'With "without context" the other template sees no variables of this one.',
    "only": "The other template sees nothing but the names that are added, and globals.",
    "context": "The variables of this template, which the other one sees, or does not see.",
    "ignore": 'With "ignore missing" nothing is written where there is no such template.',
    "missing": 'With "ignore missing" nothing is written where there is no such template.',
    "recursive": "Lets the body call loop(items), to run over items within the item.",
    "scoped": "Lets the block see the variables of the loop around it.",
    "if": "The block is rendered where it stands if the condition holds.",
    "ttl": 'How long a text is kept: seconds, or a text as "30s", "5m", "2h", "1d".',
    "once": "The body is added once for the key that follows.",
    "let": "let:name hands data up where the slot has a place, and receives it where it has content.",
    "trimmed": "The lines of the message are joined, and the space around it is left out.",
    "notrimmed": "The message stays as it is written, also where the environment joins lines.",
    "required": "Templates that extend this one must replace the block.",
}
"""Words that tags have of their own."""
OF_BODIES: Final[Mapping[str, str]] = {
    "super": "super(): what the block writes in the template that this one extends.",
    "self": "self: the blocks of this template, to write one again: {{ self.title() }}",
    "caller": "caller(): writes the body of the {% call %} that calls this macro.",
    "has_slot": "has_slot(name): whether the call gives content for a slot, the default one without a name.",
    "varargs": "varargs: the arguments of the call behind those that the macro has parameters for.",
    "kwargs": "kwargs: the arguments by name that the macro has no parameters for.",
}
"""Names that the bodies of blocks and macros have of their own."""
OF_LOOPS: Final[Mapping[str, str]] = {
    "index0": "How many items came before this one: 0 at the first.",
    "depth0": "How deep a recursive loop is nested, from 0.",
}
"""What a loop keeps without a word about it."""
