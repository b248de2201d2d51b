"""What is timed, in the order of the table's rows."""

from __future__ import annotations

from harness.model import Workload

from workloads import filters, includes, inheritance, life_cycle, macros, plain_text, small, tables

WORKLOADS: tuple[Workload, ...] = (
    tables.ESCAPE_TABLE,
    tables.OBJECT_LIST,
    tables.DICT_LIST,
    small.ONE_LINE,
    inheritance.INHERITANCE,
    macros.MACRO_PAGE,
    filters.FILTER_CHAINS,
    plain_text.PLAIN_TEXT,
    includes.INCLUDES,
    macros.IMPORTS,
    life_cycle.COMPILE,
    life_cycle.COMPILE_CACHED,
    life_cycle.IMPORT,
    life_cycle.COLD_START,
    life_cycle.ENVIRONMENT,
)
