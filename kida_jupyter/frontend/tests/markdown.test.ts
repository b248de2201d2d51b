import { describe, expect, test } from "vitest";

import { toSource } from "../src/entities";
import { markdownPage } from "../src/result/markdown";
import type { CleanNode, ElementNode, TextNode } from "../src/result/nodes";

const all = (nodes: readonly CleanNode[]): CleanNode[] => nodes.flatMap((it) => [it, ...(it.kind === "element" ? all(it.children) : [])]);
const texts = (source: string): TextNode[] => all(markdownPage(source).content).filter((it): it is TextNode => it.kind === "text");
const tags = (source: string): string[] => all(markdownPage(source).content).flatMap((it) => (it.kind === "element" ? [it.tag] : []));

describe("where a text of rendered Markdown stands in its source", () => {
  test.each([
    "# Zoë 😀\n\nand *more* **of it**",
    "> quoted *text*\n> goes on\n\nend",
    "- one\n- two `code` x\n  - three\n    more",
    "| a | a |\n|---|---|\n| a | *b* |\n| b | a |",
    "[a](b)b and [c][d] c\n\n[d]: e",
    "<https://a.b> a.b",
    "```python\nx = 1\n\ny = 2\n```\nx = 1",
    "    indented\n    code\n\nindented",
    "1. > deep *in* it\n   > deeper",
    "a\r\nb *c*\r\n\r\n- d\r\n",
    "e\u0301 *e\u0301* 👩‍👩‍👧 `👩‍👩‍👧`",
    "a ![alt *x*](data:image/png;base64,AA) alt",
    "line  \nbreak\\\nagain",
    "***both*** and __this__ ~~gone~~",
    "<b>html</b> is *text*",
  ])("%j", (source) => {
    for (const node of texts(source)) {
      const found = [...node.text].map((_, index) => index);
      for (const unit of found) {
        const at = toSource(node.map, node.from, unit);
        const [wanted, there] = [node.text.charAt(unit), source.charAt(at)];
        expect(wanted === there || (wanted === "\n" && "\r\n".includes(there)), `${JSON.stringify(node.text)}[${unit}] at ${at}`).toBe(true);
      }
    }
    expect(texts(source).length).toBeGreaterThan(0);
  });

  test("an escape and a character reference stand where they are written", () => {
    const source = "a \\* b &amp; c";
    const places = texts(source).map((it) => [it.text, source.slice(it.from, it.to)]);
    expect(places).toEqual([["a ", "a "], ["*", "\\*"], [" b ", " b "], ["&", "&amp;"], [" c", " c"]]);
  });

  test("the same word twice stands in two places", () => {
    const source = "| same | same |\n|---|---|\n| same | same |";
    expect(texts(source).map((it) => it.from)).toEqual([2, 9, 28, 35]);
  });

  test("text after a link is not looked for in its target", () => {
    expect(texts("[a](b)b").map((it) => it.from)).toEqual([1, 6]);
  });
});

describe("Markdown in the preview", () => {
  test("HTML is text", () => {
    expect(tags("<script>x</script>\n\na <img src=x>")).toEqual(["p", "p"]);
  });

  test("links go nowhere", () => {
    const link = all(markdownPage("[x](https://a.b)").content).find((it): it is ElementNode => it.kind === "element" && it.tag === "a");
    expect([...(link?.attributes ?? [])]).toEqual([["data-kida-link", ""], ["title", "https://a.b"]]);
  });

  test("remote images are not fetched", () => {
    const image = all(markdownPage("![x](https://a/b.png)").content).find((it): it is ElementNode => it.kind === "element" && it.tag === "img");
    expect(image?.attributes.has("src")).toBe(false);
  });
});
