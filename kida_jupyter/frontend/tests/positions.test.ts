import { describe, expect, test } from "vitest";

import { lastNotAfter, lineStarts, merged, placeOf, wholeAfter, wholeBefore } from "../src/positions";

describe("places in a text", () => {
  test("columns count characters, not code units", () => {
    expect(placeOf("a\n😀e\u0301b", 6)).toEqual({ line: 2, column: 4 });
  });

  test("only line feeds end lines", () => {
    expect(lineStarts("a\r\nb\rc\u2028d")).toEqual([0, 3]);
  });

  test("the end of a text has a place", () => {
    expect(placeOf("a\n", 2)).toEqual({ line: 2, column: 1 });
  });

  test("an offset within a pair of surrogates goes to either side of it", () => {
    expect([wholeBefore("a😀b", 2), wholeAfter("a😀b", 2)]).toEqual([1, 3]);
    expect([wholeBefore("a😀b", 3), wholeAfter("a😀b", 1)]).toEqual([3, 1]);
  });
});

test("the last of sorted numbers that is not greater is found, or none", () => {
  expect([0, 2, 3, 9].map((it) => lastNotAfter([2, 2, 5], it))).toEqual([-1, 1, 1, 2]);
});

test("ranges that touch become one, empty ones go", () => {
  const ranges = [{ from: 5, to: 7 }, { from: 0, to: 2 }, { from: 2, to: 3 }, { from: 6, to: 6 }, { from: 9, to: 9 }];
  expect(merged(ranges)).toEqual([{ from: 0, to: 3 }, { from: 5, to: 7 }]);
});
