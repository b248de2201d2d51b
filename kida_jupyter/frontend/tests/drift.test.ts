import { describe, expect, test } from "vitest";

import { ChangeSet } from "@codemirror/state";
import { driftBetween, driftOn, offsetThen, rangeNow } from "../src/drift";

const word = (text: string, what: string) => ({ from: text.indexOf(what), to: text.indexOf(what) + what.length });

describe("offsets of an older text in a newer one", () => {
  const before = "😀 {{ title }} end";

  test("move with what was put before them", () => {
    const now = "new 😀 {{ title }} end";
    const drift = driftBetween(before, now);
    expect(rangeNow(drift, word(before, "title"), now.length)).toEqual(word(now, "title"));
    expect(offsetThen(drift, now.indexOf("title"))).toBe(before.indexOf("title"));
  });

  test("do not take in what is typed right beside them", () => {
    const now = before.replace("title", "title!");
    expect(rangeNow(driftBetween(before, now), word(before, "title"), now.length)).toEqual(word(now, "title"));
  });

  test("grow with what is typed within them", () => {
    const now = before.replace("title", "tiXtle");
    expect(rangeNow(driftBetween(before, now), word(before, "title"), now.length)).toEqual(word(now, "tiXtle"));
  });

  test("are nowhere when their text is gone", () => {
    const now = before.replace("{{ title }}", "");
    expect(rangeNow(driftBetween(before, now), word(before, "title"), now.length)).toBeNull();
  });

  test("are nowhere when they lie outside of the text", () => {
    expect(rangeNow(null, { from: 3, to: 99 }, 10)).toBeNull();
    expect(rangeNow(driftBetween("ab", "abc"), { from: 1, to: 9 }, 3)).toBeNull();
  });

  test("follow further changes", () => {
    const drift = driftOn(driftBetween(before, `a${before}`), ChangeSet.of({ from: 0, insert: "bc" }, before.length + 1).desc);
    const { from, to } = word(before, "title");
    expect(rangeNow(drift, { from, to }, 99)).toEqual({ from: from + 3, to: to + 3 });
  });

  test("are the same while nothing changed, or where the older text is not known", () => {
    expect(driftBetween("a", "a")).toBeNull();
    expect(driftBetween(undefined, "a")).toBeNull();
    expect(rangeNow(null, { from: 0, to: 1 }, 1)).toEqual({ from: 0, to: 1 });
  });
});
