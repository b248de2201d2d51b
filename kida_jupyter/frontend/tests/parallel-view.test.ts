import { describe, expect, test } from "vitest";

import { type View, all, around, between, extentOf, isAll, lasting, moment, panned, showing, spanOf, ticks, timeAt, within, xOf, zoomed } from "../src/parallel/view";

const extent = extentOf(100);
const close = (view: View, from: number, to: number) => {
  expect(view.from).toBeCloseTo(from, 9);
  expect(view.to).toBeCloseTo(to, 9);
};

describe("a view of the time", () => {
  test("puts a moment at a pixel, and a pixel at a moment", () => {
    const view = { from: 20, to: 40 };
    expect(xOf(view, 800, 25)).toBe(200);
    expect(timeAt(view, 800, 200)).toBe(25);
  });

  test("that is zoomed keeps what is under the pointer where it is", () => {
    const view = { from: 20, to: 60 };
    for (const factor of [2, 7.3, 1.1]) {
      const closer = zoomed(view, extent, factor, 30);
      expect(xOf(closer, 800, 30)).toBeCloseTo(xOf(view, 800, 30), 6);
      expect(spanOf(closer)).toBeCloseTo(40 / factor, 9);
    }
  });

  test("never leaves the whole, however it is zoomed and moved", () => {
    close(zoomed({ from: 90, to: 100 }, extent, 0.2, 95), 50, 100);
    close(zoomed({ from: 20, to: 60 }, extent, 0.001, 30), 0, 100);
    close(panned({ from: 20, to: 40 }, extent, -5), 0, 20);
    close(panned({ from: 20, to: 40 }, extent, 0.5), 30, 50);
    close(panned({ from: 20, to: 40 }, extent, 50), 80, 100);
  });

  test("is zoomed no closer than clocks can tell", () => {
    const closest = zoomed({ from: 20, to: 60 }, extent, 1e12, 30);
    expect(spanOf(closest)).toBeCloseTo(1e-4, 9);
    expect(closest.from).toBeLessThanOrEqual(30);
    expect(closest.to).toBeGreaterThanOrEqual(30);
  });

  test("of a run that is shorter than that shows all of it", () => {
    const short = extentOf(1e-6);
    expect(isAll(zoomed(all(short), short, 100, 0), short)).toBe(true);
  });

  test("around something has room on both sides, where there is any", () => {
    close(around(40, 50, extent), 39.4, 50.6);
    const first = around(0, 10, extent);
    expect(first.from).toBe(0);
    expect(first.to).toBeGreaterThan(10);
  });

  test("moves no further than it must for something to be seen", () => {
    const view = { from: 20, to: 40 };
    expect(showing(view, extent, 25, 30)).toBe(view);
    close(showing(view, extent, 50, 55), 36.2, 56.2);
    close(showing(view, extent, 10, 12), 8.8, 28.8);
  });

  test("grows for something that is longer", () => {
    const shown = showing({ from: 20, to: 21 }, extent, 10, 50);
    expect(shown.from).toBeLessThan(10);
    expect(shown.to).toBeGreaterThan(50);
  });

  test.each([
    [{ from: 0, to: 100 }, { from: 40, to: 41 }],
    [{ from: 10, to: 20 }, { from: 60, to: 70 }],
  ])("goes from %j to %j and is within both on its way", (one, other) => {
    close(between(one, other, 0), one.from, one.to);
    close(between(one, other, 1), other.from, other.to);
    let before = spanOf(one);
    for (const share of [0.2, 0.4, 0.6, 0.8]) {
      const now = between(one, other, share);
      expect(now.from).toBeGreaterThanOrEqual(Math.min(one.from, other.from) - 1e-9);
      expect(now.to).toBeLessThanOrEqual(Math.max(one.to, other.to) + 1e-9);
      expect(spanOf(now)).toBeLessThanOrEqual(before + 1e-9);
      before = spanOf(now);
    }
  });

  test("is kept as long as it is when it is moved into the whole", () => close(within({ from: -30, to: 10 }, extent), 0, 40));
});

describe("the marks of the axis", () => {
  test.each([
    [{ from: 0, to: 100 }, 5, ["0 ms", "20 ms", "40 ms", "60 ms", "80 ms", "100 ms"]],
    [{ from: 173.9, to: 174.4 }, 5, ["173.9 ms", "174.0 ms", "174.1 ms", "174.2 ms", "174.3 ms", "174.4 ms"]],
    [{ from: 0, to: 0.09 }, 4, ["0 µs", "50 µs"]],
    [{ from: 0, to: 9000 }, 4, ["0 s", "5 s"]],
    [{ from: 0, to: 0.0004 }, 4, ["0 ns", "100 ns", "200 ns", "300 ns", "400 ns"]],
  ])("of %j with room for %d are round", (view, most, labels) => {
    expect(ticks(view, most).map((it) => it.label)).toEqual(labels);
  });

  test("are never more than there is room for, but one, and each has its own words", () => {
    for (let span = 1e-4; span < 1e6; span *= 1.37) {
      for (const from of [0, 0.3 * span, 12.3456]) {
        const found = ticks({ from, to: from + span }, 8);
        expect(found.length).toBeGreaterThan(0);
        expect(found.length).toBeLessThanOrEqual(9);
        expect(new Set(found.map((it) => it.label)).size).toBe(found.length);
      }
    }
  });
});

test("lengths are told with three digits or so", () => {
  expect([0.00001, 0.0123, 0.5, 1.234, 12.34, 999.9, 1234, 123456].map(lasting)).toEqual([
    "10 ns",
    "12.3 µs",
    "500 µs",
    "1.23 ms",
    "12.3 ms",
    "1.00 s",
    "1.23 s",
    "123 s",
  ]);
});

test("moments are told as exactly as they can be seen", () => {
  expect([moment(1234.5678, 1), moment(1234.5678, 0.1), moment(0.00012, 1e-6)]).toEqual(["1,235 ms", "1,234.6 ms", "0.000120 ms"]);
});
