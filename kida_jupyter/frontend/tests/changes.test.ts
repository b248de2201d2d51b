import { describe, expect, test } from "vitest";

import { changeSet, replacement, replacements, withPlainLineEnds } from "../src/changes";
import { Text } from "@codemirror/state";

const apply = (before: string, after: string): string =>
  replacements(before, after).reduceRight((text, it) => text.slice(0, it.from) + it.insert + text.slice(it.to), before);

const PAIRS: [string, string][] = [
  ["", "a"],
  ["a", ""],
  ["abc", "abc"],
  ["aaa", "aaaa"],
  ["a😀b", "a😁b"],
  ["😀😀", "😀"],
  ["e\u0301x", "ex"],
  ["a\r\nb", "a\nb"],
  ["one two three four", "one 2 three 4"],
  ["\ud83d", "😀"],
];

describe("changes between two texts", () => {
  test.each(PAIRS)("%j becomes %j", (before, after) => {
    expect(apply(before, after)).toBe(after);
    const one = replacement(before, after);
    expect(one ? before.slice(0, one.from) + one.insert + before.slice(one.to) : before).toBe(after);
  });

  test("a change of one emoji replaces it whole", () => {
    expect(replacement("a😀b", "a😁b")).toEqual({ from: 1, to: 3, insert: "😁" });
  });

  test("what stays between two changes is left alone", () => {
    expect(replacements("one two three four", "one 2 three 4").length).toBeGreaterThan(1);
  });

  test("the same as a change set gives the new text", () => {
    const before = "a\nb 😀\nc";
    const after = "a\nb 😁!\nc\nd";
    expect(changeSet(before, after).apply(Text.of(before.split("\n"))).toString()).toBe(after);
  });

  test("a large change is one replacement", () => {
    expect(replacements("x".repeat(30_000), "y".repeat(30_000))).toHaveLength(1);
  });
});

test("line ends of any kind become plain ones", () => {
  expect(withPlainLineEnds("a\r\nb\rc\n")).toBe("a\nb\nc\n");
});
