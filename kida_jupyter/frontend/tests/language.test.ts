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
    "{% slot row let:item=x let:y %}a{% endslot %}",
    "{% yield row %}",
    "{% provide theme = 'dark', b=1 %}x{% endprovide %}",
    "{% push 's' once user.id %}x{% endpush %}{% stack 's' %}",
    "{% fragment row %}x{% endfragment %}{% flush %}",
    "{% embed 'x' with a=1, b=2 only %}{% endembed %}",
    "{% embed 'x' ignore missing %}{% endembed %}",
    "{% cache 'k', user.id, ttl='5m' %}x{% endcache %}{% spaceless %}x{% endspaceless %}",
    "{% trans 'verb' trimmed n=items|length, m %}one{% pluralize n %}{{ n }}{% pluralize %}{% endtrans %}",
    "{% trans %}a{% endtrans %}{% trans notrimmed %}a{% endtrans %}",
    "{% generation %}x{% endgeneration %}{% note 'a' ~ b, wide=true, n=f(x, y=1) %}x{% endnote %}",
    "{% block x if y %}a{% endblock %}{% block z %}{% endblock %}",
    "{% def card(a: str, /, b=1, *, c: int | None = 1, **more) %}x{% enddef %}",
    "{% include 'x' with a=1, b=2 %}{% include 'x' only %}{% include 'x' with context %}",
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
