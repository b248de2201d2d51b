import { jinjaLanguage } from "@codemirror/lang-jinja";
import { describe, expect, test } from "vitest";

import { KidaParser, asJinja } from "../src/language/kida";

const kida = new KidaParser(jinjaLanguage.parser);

describe("Kida's additions to Jinja", () => {
  test.each([
    "{% let y = 2, z = 3 %}<b>{{ c }}</b>",
    "{{ x ?? 'a ?? b' }}",
    "{{ a |> upper |> g(1) }}",
    "{{ a?.b?[0] ?| f ?|> g }}",
    "{% set x ??= 3 %}",
    "{{ [x * 2 for x in xs if x] }}",
    "{% case [first, *rest] %}",
    "{{ await f() }}",
    "{% export total = total + 1 %}",
    "{% async for x in y %}{% endfor %}",
  ])("%s is parsed without an error, at its own places", (text) => {
    expect(asJinja(text)).toHaveLength(text.length);
    expect(kida.parse(text).toString()).not.toContain("⚠");
  });

  test("text outside of tags and comments stays as it is", () => {
    const text = "a ?? b |> c {# x ?? y #} {{ 'for' }}";
    expect(asJinja(text)).toBe(text);
  });

  test("keyword arguments and comparisons stay what they are", () => {
    expect(asJinja("{{ f(a=1) == 2 }}")).toBe("{{ f(a=1) == 2 }}");
    expect(asJinja("{% for x in y %}")).toBe("{% for x in y %}");
  });
});
