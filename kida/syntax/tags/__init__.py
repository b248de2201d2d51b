"""The tags of the language: a function for each, which parses it from behind its name through its closer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kida.syntax.parser import TagParser
from kida.syntax.tags import control, inheritance, macros, matching, slots, stacks, translation, variables

TAGS: Final[Mapping[str, TagParser]] = MappingProxyType(
    {
        "if": control.if_tag,
        "unless": control.unless_tag,
        "for": control.for_tag,
        "async": control.async_tag,
        "while": control.while_tag,
        "break": control.break_tag,
        "continue": control.continue_tag,
        "try": control.try_tag,
        "match": matching.match_tag,
        "set": variables.set_tag,
        "let": variables.let_tag,
        "export": variables.export_tag,
        "promote": variables.export_tag,
        "capture": variables.capture_tag,
        "with": variables.with_tag,
        "cache": variables.cache_tag,
        "provide": variables.provide_tag,
        "spaceless": variables.spaceless_tag,
        "flush": variables.flush_tag,
        "do": variables.do_tag,
        "debug": variables.debug_tag,
        "autoescape": variables.autoescape_tag,
        "filter": variables.filter_tag,
        "trans": translation.trans_tag,
        "macro": macros.macro_tag,
        "def": macros.def_tag,
        "call": macros.call_tag,
        "push": stacks.push_tag,
        "stack": stacks.stack_tag,
        "slot": slots.slot_tag,
        "yield": slots.yield_tag,
        "extends": inheritance.extends_tag,
        "block": inheritance.block_tag,
        "fragment": inheritance.fragment_tag,
        "include": inheritance.include_tag,
        "embed": inheritance.embed_tag,
        "import": inheritance.import_tag,
        "from": inheritance.from_tag,
    }
)
"""Every tag of the language by name; environments may add their own."""

TRIMMING_TAGS: Final[Mapping[str, TagParser]] = MappingProxyType(
    {**TAGS, "trans": translation.trimmed_trans_tag}
)
"""The tags of an environment whose ``trans`` joins lines: Jinja2's policy ``ext.i18n.trimmed``."""
