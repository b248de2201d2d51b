import { describe, expect, test } from "vitest";

import { factorOf, meaningOf } from "../src/parallel/gestures";
import { actionOf } from "../src/parallel/keys";
import { barHeight, barTop, callTop, laneTop, layoutOf, levelAt, opening, openness } from "../src/parallel/layout";
import { readRenders } from "../src/parallel/renders";
import { renders, row } from "./parallel-samples";

describe("the render at a place", () => {
  const all = renders();
  const at = (lane: number, time: number, slack = 0): number | null => {
    const found = all.near(lane, time, slack);
    return found === null ? null : all.at(found).index;
  };

  test("is the one that ran then in that lane", () => {
    expect([at(0, 1), at(0, 3.5), at(0, 9.9), at(1, 1)]).toEqual([0, 2, 4, 1]);
  });

  test("is none where none ran, but for the slack", () => {
    expect([at(0, 2.5), at(1, 0.5), at(1, 9)]).toEqual([null, null, null]);
    expect([at(0, 2.1, 0.2), at(0, 5.9, 0.2), at(1, 0.9, 0.2)]).toEqual([0, 4, 1]);
  });

  test("is what is wrong, where that is near enough, before what is nearer", () => {
    const many = readRenders(row(1000, [...Array(500).fill(0), 2]));
    expect(many.near(0, 1002.5, 2)).toBe(500);
    expect(many.near(0, 1004.5, 2)).toBe(502);
  });

  test("is found among many by halving", () => {
    const many = readRenders(row(20_000));
    for (const one of [0, 1, 777, 19_999]) expect(many.near(0, 2 * one + 0.5, 0.1)).toBe(one);
    expect(many.firstAfter(0, 1e9)).toBe(20_000);
  });

  test("is told by its context", () => {
    expect(all.at(all.rowOf(3)!)).toMatchObject({ index: 3, lane: 1, state: "failed", failure: "in macro row at parts.html 1:22" });
    expect(all.at(all.rowOf(4)!).alone).toBeNull();
    expect(all.rowOf(99)).toBeNull();
  });
});

describe("the lanes", () => {
  const layout = layoutOf(3, 2, true);

  test("tell lane and level of a height", () => {
    for (const lane of [0, 1, 2]) {
      expect(levelAt(layout, barTop(layout, lane) + 1, 1)).toEqual({ lane, level: -1 });
      expect(levelAt(layout, callTop(layout, lane, 0), 1)).toEqual({ lane, level: 0 });
      expect(levelAt(layout, callTop(layout, lane, 1), 1)).toEqual({ lane, level: 1 });
      expect(levelAt(layout, laneTop(layout, lane) + 2, 1)).toBeNull();
    }
    expect(levelAt(layout, 3, 1)).toBeNull();
    expect(levelAt(layout, layout.height + 1, 1)).toBeNull();
  });

  test("are all bar while it is closed", () => {
    expect(levelAt(layout, callTop(layout, 1, 1), 0)).toEqual({ lane: 1, level: -1 });
    expect(barHeight(layout, 0)).toBe(layout.bar + 2 * layout.level);
  });

  test("have no room for signs where nothing is wrong, and fewer levels where they are many", () => {
    expect(layoutOf(3, 2, false).each).toBeLessThan(layout.each);
    expect(layoutOf(24, 8, false).levels).toBeLessThan(layoutOf(4, 8, false).levels);
  });

  test("open when bars are wide, and come to an end of it", () => {
    expect([openness(3), openness(40)]).toEqual([0, 1]);
    let open = 0;
    let frames = 0;
    while (open !== 1 && frames < 100) {
      open = opening(open, 1);
      frames += 1;
    }
    expect(open).toBe(1);
  });
});

describe("the wheel", () => {
  const turn = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false };

  test("alone is the notebook's", () => expect(meaningOf({ ...turn, deltaY: 120 })).toBeNull());

  test("with control zooms: up is closer, and back is as far", () => {
    expect(meaningOf({ ...turn, deltaY: -50, ctrlKey: true })).toEqual({ zoom: factorOf(-50) });
    expect(meaningOf({ ...turn, deltaY: 3, metaKey: true, deltaMode: 1 })).toEqual({ zoom: factorOf(48) });
    expect(factorOf(-50)).toBeGreaterThan(1);
    expect(factorOf(-50) * factorOf(50)).toBeCloseTo(1, 9);
    expect(factorOf(-1e6)).toBeLessThan(1.5);
  });

  test("with shift, or across, moves along", () => {
    expect(meaningOf({ ...turn, deltaY: 30, shiftKey: true })).toEqual({ pan: 30 });
    expect(meaningOf({ ...turn, deltaX: -30, shiftKey: true })).toEqual({ pan: -30 });
    expect(meaningOf({ ...turn, deltaX: 30, deltaY: 5 })).toEqual({ pan: 30 });
  });
});

describe("a key", () => {
  const pressed = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

  test("walks, zooms, moves, and goes back", () => {
    const keys = ["ArrowLeft", "End", "+", "-", "0", "Enter", "Escape", "n", "p", "r"];
    expect(keys.map((key) => actionOf({ ...pressed, key }))).toEqual([
      { do: "step", step: "left" },
      { do: "step", step: "last" },
      { do: "zoom", by: 1 },
      { do: "zoom", by: -1 },
      { do: "all" },
      { do: "enter" },
      { do: "back" },
      { do: "wrong", by: 1 },
      { do: "wrong", by: -1 },
      { do: "row" },
    ]);
  });

  test("with shift moves along the time", () => {
    expect(actionOf({ ...pressed, shiftKey: true, key: "ArrowLeft" })).toEqual({ do: "pan", by: -1 });
    expect(actionOf({ ...pressed, shiftKey: true, key: "+" })).toEqual({ do: "zoom", by: 1 });
  });

  test("that is none of these, or with control, is the page's", () => {
    expect(["Tab", "a", "PageDown", "toString"].map((key) => actionOf({ ...pressed, key }))).toEqual([null, null, null, null]);
    expect(actionOf({ ...pressed, ctrlKey: true, key: "0" })).toBeNull();
  });
});
