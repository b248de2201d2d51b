import { describe, expect, test } from "vitest";

import { rangesOf, segmentAt, segmentCount, segmentsIn, segmentsWhere } from "../src/segments";

// Four pieces, one of them empty.
const flat = [0, 3, 0, 0, 3, 3, 1, 0, 3, 7, 2, 1, 7, 10, 0, 0];

describe("pieces of an output", () => {
  test.each([
    [0, 0],
    [2, 0],
    [3, 2],
    [6, 2],
    [7, 3],
    [10, 3],
  ])("the character at %i is in piece %i", (offset, index) => {
    expect(segmentAt(flat, offset)?.index).toBe(index);
  });

  test("beyond the end, and of no output, there is no piece", () => {
    expect(segmentAt(flat, 11)).toBeNull();
    expect(segmentAt([], 0)).toBeNull();
    expect(segmentAt(flat, -1)).toBeNull();
  });

  test("a range has the pieces that it touches", () => {
    expect(segmentsIn(flat, { from: 2, to: 4 }).map((it) => it.index)).toEqual([0, 1, 2]);
    expect(segmentsIn(flat, { from: 7, to: 8 }).map((it) => it.index)).toEqual([3]);
  });

  test("pieces are found by their span, and those that touch are one range", () => {
    expect(rangesOf(segmentsWhere(flat, (span) => span === 0))).toEqual([{ from: 0, to: 3 }, { from: 7, to: 10 }]);
    expect(rangesOf(segmentsWhere(flat, () => true))).toEqual([{ from: 0, to: 10 }]);
    expect(segmentCount(flat)).toBe(4);
  });
});
