"""Whatever is open at the end of a template is named in an error, with its place."""

from __future__ import annotations

import pytest

import kida
from tests.bad_input.outcome import assert_tells_its_place, compiled, guarded
from tests.bad_input.texts import LONG_TEMPLATES, OPTIONS

UNCLOSED = (
    "{{", "{{ ", "{{-", "{{ a", "{{ a }", "{{ 'a", '{{ "a', "{{ 'a\\'", "{{ 'a\\", "{{ (", "{{ [", "{{ {", "{{ a[", "{{ a?[", "{{ a(",
    "{{ a|", "{{ a.", "{{ a?.", "{{ a ??", "{{ a |>", "{{ a +", "{{ a if", "{{ a if b else", "{{ a is", "{{ a is not", "{{ not",
    "{{ {1:", "{{ [1,", "{{ [x for", "{{ [x for x in", "{{ f(a=", "{{ f(*", "{{ f(**", "{{ a[1:", "{{ 1.", "{{ 0x", "{{ 1e",
    "{#", "{# a", "{# a #", "{#-", "{% raw %}", "{% raw %}{% endraw", "{%- raw -%}a{%- endraw", "{% raw", "{% raw -",
    "{%", "{% ", "{%-", "{%+", "{% if", "{% if a", "{% if a %", "{% if a %}", "{% if a %}{%", "{% if a %}{% else", "{% if a %}{% else %}",
    "{% if a %}{% elif", "{% if a %}{% elif b %}", "{% if a %}{% end", "{% if a %}{% endif", "{% for", "{% for x", "{% for x,",
    "{% for x in", "{% for x in y", "{% for x in y if", "{% for x in y recursive", "{% for x in y %}", "{% for x in y %}{% else %}",
    "{% for x in y %}{% empty %}", "{% async", "{% async for", "{% async for x in y %}", "{% while", "{% while a %}", "{% unless",
    "{% unless a %}", "{% match", "{% match a %}", "{% match a %}{% case", "{% match a %}{% case 1", "{% match a %}{% case [",
    "{% match a %}{% case {", "{% match a %}{% case 1 |", "{% match a %}{% case 1 if", "{% match a %}{% case x as", "{% match a %}{% case *",
    "{% match a %}{% case 1 %}", "{% try", "{% try %}", "{% try %}{% fallback", "{% try %}{% fallback e %}", "{% set", "{% set x",
    "{% set x =", "{% set x %}", "{% set x |", "{% set x ??=", "{% set x.", "{% let", "{% let x =", "{% let x = 1,", "{% let x %}", "{% export x =",
    "{% capture", "{% capture x %}", "{% with", "{% with x", "{% with x =", "{% with %}", "{% do", "{% do a(", "{% debug", "{% autoescape",
    "{% autoescape true %}", "{% filter", "{% filter a", "{% filter upper %}", "{% filter upper(", "{% macro", "{% macro m", "{% macro m(",
    "{% macro m(a", "{% macro m(a=", "{% macro m() %}", "{% def", "{% def m(a:", "{% def m(a: int =", "{% def m(*", "{% def m(/",
    "{% def m() %}", "{% call", "{% call(", "{% call m(", "{% call(a) m()", "{% call m() %}", "{% extends", "{% extends 'a'", "{% block",
    "{% block b", "{% block b scoped", "{% block b required", "{% block b %}", "{% block b %}{% endblock", "{% include", "{% include 'a' ignore",
    "{% include ['a',", "{% import", "{% import 'a'", "{% import 'a' as", "{% from", "{% from 'a'", "{% from 'a' import",
    "{% from 'a' import b as", "{% from 'a' import b,", "{% from 'a' import b with", "{% break", "{% end", "{% no_such",
)  # fmt: skip


@pytest.mark.parametrize("behind", ["", " ", "\n", "\n\nmore\n"], ids=["end", "space", "line end", "text"])
@pytest.mark.parametrize(
    "before", ["", "a\n🦜 {{ 1 }}", "{% for x in y %}\n"], ids=["alone", "behind text", "in a loop"]
)
def test_whatever_is_unclosed_is_an_error_with_a_place(before: str, behind: str) -> None:
    env = kida.Environment()
    for unclosed in UNCLOSED:
        with guarded(), pytest.raises(kida.TemplateSyntaxError) as caught:
            env.from_string(before + unclosed + behind)
        assert_tells_its_place(caught.value, before + unclosed + behind)


@pytest.mark.parametrize("number", range(len(LONG_TEMPLATES)))
def test_a_template_cut_off_anywhere_is_a_template_or_an_error_with_a_place(number: int) -> None:
    env = kida.Environment()
    text = LONG_TEMPLATES[number]
    for end in range(0, len(text), 2):
        with guarded():
            try:
                env.from_string(text[:end])
            except kida.TemplateSyntaxError as error:
                assert_tells_its_place(error, text[:end])


@pytest.mark.parametrize(
    "options", OPTIONS, ids=lambda options: ",".join(map(str, options.values())) or "defaults"
)
def test_each_delimiter_alone_is_a_template_or_an_error_with_a_place(options: dict[str, object]) -> None:
    env = kida.Environment(**options)
    delimiters = [str(value) for value in options.values() if isinstance(value, str)] or [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
    ]
    parts = [*delimiters, "-", "+", "\n", " ", "a", "raw", "endraw"]
    for first in parts:
        for second in parts:
            for third in ("", *delimiters, "a"):
                with guarded():
                    compiled(env, first + second + third)
