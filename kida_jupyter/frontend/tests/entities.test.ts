import { describe, expect, test } from "vitest";

import { offsetMap, toSource, toText } from "../src/entities";

/** Where in the source each code unit of the text, and its end, is found. */
const places = (source: string, text: string): number[] =>
  Array.from({ length: text.length + 1 }, (_, unit) => toSource(offsetMap(source, text), 0, unit));

describe("a text node's characters in its source", () => {
  test("a text without references is its source", () => {
    expect(offsetMap("a 😀 e\u0301\tb", "a 😀 e\u0301\tb")).toBeNull();
  });

  test.each([
    ["a&amp;b", "a&b", [0, 1, 6, 7]],
    ["&lt;&#128512;&#x1F600;x", "<😀😀x", [0, 4, 4, 13, 13, 22, 23]],
    ["&ampx", "&x", [0, 4, 5]],
    ["a & b &c", "a & b &c", [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ["a\r\nb\rc", "a\nb\nc", [0, 1, 3, 4, 5, 6]],
    ["\nab", "ab", [1, 2, 3]],
    ["a</foo>b", "ab", [0, 7, 8]],
    ["a<tr>b", "ab", [0, 5, 6]],
    ["x\0y", "xy", [0, 2, 3]],
    ["&NotEqualTilde;.", "≂̸.", [0, 0, 15, 16]],
    ["a<!-- > -->b", "ab", [0, 11, 12]],
  ])("%j read as %j", (source, text, expected) => {
    expect(places(source, text)).toEqual(expected);
  });

  test("a range of the source is the text that it wrote", () => {
    const source = "a&amp;b";
    const map = offsetMap(source, "a&b");
    expect(toText(map, 10, 3, { from: 11, to: 16 })).toEqual({ from: 1, to: 2 });
    expect(toText(map, 10, 3, { from: 16, to: 99 })).toEqual({ from: 2, to: 3 });
    expect(toText(map, 10, 3, { from: 0, to: 11 })).toEqual({ from: 0, to: 1 });
  });

  test("a part of a reference stands for all of it", () => {
    expect(toText(offsetMap("a&amp;b", "a&b"), 0, 3, { from: 2, to: 4 })).toEqual({ from: 1, to: 2 });
  });

  test("a reference of several code units is one", () => {
    const map = offsetMap("x&#128512;y", "x😀y");
    expect(toText(map, 0, 4, { from: 1, to: 10 })).toEqual({ from: 1, to: 3 });
    expect(toText(map, 0, 4, { from: 10, to: 11 })).toEqual({ from: 3, to: 4 });
  });

  test("without references a range is cut to the node", () => {
    expect(toText(null, 5, 3, { from: 0, to: 7 })).toEqual({ from: 0, to: 2 });
  });
});
