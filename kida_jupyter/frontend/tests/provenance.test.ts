import { describe, expect, test } from "vitest";

import type { Result } from "../src/messages";
import { codeIn, lightingFor, pieceAt } from "../src/pointing";
import { isPlainText, neighbour, originAt, stepsOf, valuesOf, writtenBy, writtenBySpan } from "../src/provenance";
import { originParts, writtenParts, type Part } from "../src/ui/status";
import { validResult } from "../src/validation";
import { sample } from "./samples";

const { message, texts = {} } = sample("result-html");
const result = validResult(message) as Result;
const { output } = result;
const textOf = (name: string): string | undefined => texts[name];
const cards = texts["cards.html"] as string;
const page = texts["page.html"] as string;
const said = (parts: readonly Part[]): string => parts.map((it) => (typeof it === "string" ? it : "code" in it ? `\`${it.code}\`` : it.text)).join("");
const written = (ranges: readonly { from: number; to: number }[]): string[] => ranges.map((it) => output.slice(it.from, it.to));

describe("where a piece of the output came from", () => {
  test("an expression in a macro has the macro and its call", () => {
    const origin = originAt(result, output.indexOf("GENTOO"));
    expect(origin?.source).toMatchObject({ template: "cards.html", line: 1 });
    expect(cards.slice(origin?.source?.from, origin?.source?.to)).toBe("bird.name | upper");
    expect(origin?.steps.map((it) => `${it.kind} ${it.name}`)).toEqual(["macro card", "loop row 2 of 2", "template page.html"]);
  });

  test("is told in a sentence, from the inside out", () => {
    const origin = originAt(result, output.indexOf("GENTOO"));
    expect(origin && said(originParts(origin, "bird.name | upper", false))).toBe(
      "`bird.name | upper` at cards.html 1:31, in macro `card`, called from page.html 2:27, row 2 of 2",
    );
  });

  test("an escaped value is one piece", () => {
    const origin = originAt(result, output.indexOf("&amp;") + 2);
    expect(output.slice(origin?.segment.from, origin?.segment.to)).toBe("Zoë &amp; 😀");
  });

  test("text of the template is told from what an expression gave", () => {
    const at = (what: string) => originAt(result, output.indexOf(what));
    const plain = at("🐧");
    const value = at("ADELIE");
    expect(plain && isPlainText(plain, output, cards)).toBe(true);
    expect(value && isPlainText(value, output, cards)).toBe(false);
  });

  test("a chain ends at the template that was rendered", () => {
    expect(stepsOf(result, -1)).toEqual([]);
    expect(stepsOf(result, 0).map((it) => it.from)).toEqual([null]);
  });

  test("of a tag, the piece that an expression wrote is meant", () => {
    const from = output.indexOf("🐧");
    const to = output.indexOf("3706") + 4;
    expect(pieceAt(result, { from, to })?.value?.[2]).toBe("'GENTOO'");
  });
});

describe("what an expression wrote", () => {
  test.each(["bird.name", "upper", "{ bird.name", "}}: "])("with the caret at %j of a macro's expression: each time it ran", (at) => {
    const found = writtenBy(result, "cards.html", cards.indexOf(at), cards);
    expect(found && written(found.ranges)).toEqual(["ADELIE", "GENTOO"]);
    expect(found?.pieces).toBe(2);
  });

  test("a call wrote all that the macro did", () => {
    const found = writtenBy(result, "page.html", page.indexOf("card(bird)") + 2, page);
    expect(found && written(found.ranges)).toEqual(["<p>🐧 ADELIE: 3706 g</p>", "<p>🐧 GENTOO: 5092 g</p>"]);
    expect(found && said(writtenParts(found, "card(bird)"))).toBe("`card(bird)` wrote 2 pieces");
  });

  test("its value is told too", () => {
    const found = writtenBy(result, "page.html", page.indexOf("title"), page);
    expect(found && said(writtenParts(found, "title"))).toBe("`title` wrote 1 piece = `'Zoë & 😀'` (str, ran once)");
  });

  test("in a template that did nothing, or where nothing stands: nothing", () => {
    expect(writtenBy(result, "other.html", 0, "")).toBeNull();
    expect(writtenBySpan(result, -1)).toBeNull();
  });

  test("a loop's tag is not what its body wrote", () => {
    const found = writtenBy(result, "page.html", page.indexOf("for bird") + 1, page);
    expect(found).toBeNull();
  });
});

test("two turns of a loop wrote two pieces, also where they touch", () => {
  const touching: Result = {
    ...result,
    chains: [["template", "page.html", -1, -1], ["loop", "n 1 of 2", 0, 0], ["include", "b.html", 1, 1], ["loop", "n 2 of 2", 0, 0], ["include", "b.html", 1, 3]],
    segments: [0, 2, 5, 2, 2, 4, 5, 4],
  };
  const found = writtenBySpan(touching, 1);
  expect([found?.pieces, found?.ranges]).toEqual([2, [{ from: 0, to: 4 }]]);
});

describe("what lights up", () => {
  test("for a piece of the output: the piece, its expression, and all else that it wrote", () => {
    const from = output.indexOf("5092");
    const light = lightingFor(result, { in: "output", place: { from, to: from + 1 } }, textOf);
    expect(written([...light.lit, ...(light.here ? [light.here] : [])])).toEqual(["3706", "5092", "5092"]);
    expect(light.code && cards.slice(light.code.range.from, light.code.range.to)).toBe("bird.mass");
  });

  test("where another template is looked at: the call there that led to the piece", () => {
    const from = output.indexOf("5092");
    const light = lightingFor(result, { in: "output", place: { from, to: from + 1 } }, textOf);
    const there = (template: string): string | null => {
      const code = codeIn(template, light);
      return code && (textOf(code.template) ?? "").slice(code.range.from, code.range.to);
    };
    expect([there("cards.html"), there("page.html"), there("other.html")]).toEqual(["bird.mass", "card(bird)", null]);
  });

  test("for plain text: its line", () => {
    const from = output.indexOf("🐧");
    const light = lightingFor(result, { in: "output", place: { from, to: from + 1 } }, textOf);
    expect(light.here && written([light.here])).toEqual(["<p>🐧 "]);
    expect(light.code && cards.slice(light.code.range.from, light.code.range.to)).toBe("<p>🐧 ");
  });

  test("for a caret in plain text: that line wherever it was written", () => {
    const light = lightingFor(result, { in: "template", template: "cards.html", offset: cards.indexOf(" g<") + 1 }, textOf);
    expect(written(light.lit)).toEqual([" g</p>", " g</p>"]);
    expect(light.parts).toEqual([]);
  });

  test("for a call of the tree: all that it wrote, wherever it was called", () => {
    const call = result.calls.find((it) => it[0] === "macro");
    const light = call && lightingFor(result, { in: "call", call }, textOf);
    expect(light && written(light.lit)).toEqual(["<p>🐧 ADELIE: 3706 g</p>", "<p>🐧 GENTOO: 5092 g</p>"]);
    expect(light && said(light.parts)).toBe("`macro card` wrote 2 pieces");
    const filter = result.calls.find((it) => it[0] === "filter");
    const upper = filter && lightingFor(result, { in: "call", call: filter }, textOf);
    expect(upper && written(upper.lit)).toEqual(["ADELIE", "GENTOO"]);
  });

  test("for nothing: nothing", () => {
    expect(lightingFor(null, { in: "call", call: ["macro", "card", 0, 1, 0, 0, -1] }, textOf).lit).toEqual([]);
    expect(lightingFor(result, null, textOf).lit).toEqual([]);
    expect(lightingFor(result, { in: "output", place: { from: 9999, to: 10_000 } }, textOf).here).toBeNull();
  });
});

test("pieces are gone through in order, either way", () => {
  const first = neighbour(result, -1, 1);
  const second = first && neighbour(result, first.from, 1);
  expect([first?.from, second && neighbour(result, second.from, -1)?.from]).toEqual([0, 0]);
  expect(neighbour(result, output.length, 1)).toBeNull();
});

test("values are those of one template, in the order of its text", () => {
  expect(valuesOf(result, "cards.html").map((it) => it.value[2])).toEqual(["'GENTOO'", "5092"]);
});
