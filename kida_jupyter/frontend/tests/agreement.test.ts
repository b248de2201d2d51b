import { describe, expect, test } from "vitest";

import { ChangeSet, Text } from "@codemirror/state";
import { changeSet } from "../src/changes";
import { agreeOn } from "../src/editor/agreement";

/** A text that is edited here, and what becomes of it when the other side's comes. */
function twoSides(text: string) {
  const agreement = agreeOn(text);
  let mine = text;
  const change = (changes: ChangeSet): void => {
    mine = changes.apply(Text.of(mine.split("\n"))).toString();
    agreement.changed(changes, mine);
  };
  return {
    change,
    edit: (next: string) => change(changeSet(mine, next)),
    receive: (theirs: string) => {
      const changes = agreement.received(theirs, mine);
      if (changes) mine = changes.apply(Text.of(mine.split("\n"))).toString();
      return mine;
    },
    isAhead: agreement.isAhead,
  };
}

describe("edits of two sides", () => {
  test("in two places are both kept", () => {
    const sides = twoSides("one two three");
    sides.edit("one! two three");
    expect(sides.receive("one two three?")).toBe("one! two three?");
    expect(sides.isAhead()).toBe(true);
  });

  test("in one place are both kept", () => {
    const sides = twoSides("ab");
    sides.edit("aXb");
    expect(sides.receive("aYb")).toHaveLength(4);
  });

  test("with emoji stay whole", () => {
    const sides = twoSides("a😀b");
    sides.edit("a😀b😀");
    expect(sides.receive("😁a😀b")).toBe("😁a😀b😀");
  });

  test("an echo of an older text of mine changes nothing", () => {
    const sides = twoSides("a");
    sides.edit("ab");
    expect(sides.receive("ab")).toBe("ab");
    expect(sides.isAhead()).toBe(false);
    sides.edit("abc");
    expect(sides.receive("ab")).toBe("abc");
    expect(sides.isAhead()).toBe(true);
  });

  test("a bracket that was typed over does not outlast the other side's next text", () => {
    const sides = twoSides("{}");
    // A replacement of the bracket by itself: CodeMirror's way of typing over it.
    sides.change(ChangeSet.of({ from: 1, to: 2, insert: "}" }, 2));
    expect(sides.isAhead()).toBe(false);
    expect(sides.receive("other")).toBe("other");
  });

  test("one after the other come out the same on both", () => {
    const sides = twoSides("x");
    sides.edit("xy");
    expect(sides.receive("1x")).toBe("1xy");
    expect(sides.receive("1xy")).toBe("1xy");
    expect(sides.receive("1xy2")).toBe("1xy2");
    expect(sides.isAhead()).toBe(false);
  });
});
