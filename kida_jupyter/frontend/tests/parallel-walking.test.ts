import { describe, expect, test } from "vitest";

import { readCalls } from "../src/parallel/calls";
import { readRenders } from "../src/parallel/renders";
import { type Place, type Step, firstPlace, isWhole, nextWrong, stepped, whole } from "../src/parallel/walking";
import { renders, row, timeline } from "./parallel-samples";

const indexes = (steps: readonly Step[], from = 0): number[] => {
  const all = renders();
  let place = whole(all.rowOf(from) as number);
  return steps.map((step) => {
    place = stepped(all, [], place, step);
    return all.at(place.row).index;
  });
};

describe("from render to render", () => {
  test("left and right go through a lane, and stay at its ends", () => {
    expect(indexes(["right", "right", "right", "left", "left", "left"])).toEqual([2, 4, 4, 2, 0, 0]);
  });

  test("home and end go to the ends of the lane", () => {
    expect(indexes(["last", "first"], 2)).toEqual([4, 0]);
    expect(indexes(["last", "first"], 1)).toEqual([3, 1]);
  });

  test("up and down go to what ran at the same time in the next lane, or nearest to it", () => {
    expect(indexes(["down", "up"], 0)).toEqual([1, 0]);
    expect(indexes(["down"], 4)).toEqual([3]);
    expect(indexes(["down"], 2)).toEqual([3]);
    expect(indexes(["up"], 0)).toEqual([0]);
    expect(indexes(["down"], 1)).toEqual([1]);
  });

  test("up and down step over lanes without renders", () => {
    const data = timeline();
    const lanes = [data.lanes[0]!, { name: "idle", title: "", renders: 0, busy: 0 }, data.lanes[1]!];
    const all = readRenders({ ...data, lanes, bars: { ...data.bars, lane: [0, 0, 0, 2, 2] } });
    expect(all.at(stepped(all, [], whole(0), "down").row).index).toBe(1);
  });

  test("one begins at the first that is seen", () => {
    const all = renders();
    expect([0, 2.5, 99].map((from) => all.at(firstPlace(all, from)!.row).index)).toEqual([0, 2, 4]);
    expect(firstPlace(readRenders(row(0)), 0)).toBeNull();
  });
});

describe("from call to call", () => {
  const { calls, kinds } = timeline().calls;
  const found = readCalls(calls["0"]!, kinds);
  const walk = (steps: readonly Step[], call = 0): number[] => {
    let place: Place = { row: 0, call };
    return steps.map((step) => (place = stepped(renders(), isWhole(place) ? [] : found, place, step)).call);
  };

  test("a call has the one around it", () => expect(found.map((it) => it.parent)).toEqual([-1, 0, 0]));

  test("left and right go as they began, and from the first to the render", () => {
    expect(walk(["right", "right", "right", "left", "left", "left"])).toEqual([1, 2, 2, 1, 0, -1]);
  });

  test("down goes to the first call within, up to the one around", () => {
    expect(walk(["down", "down", "up", "up"])).toEqual([1, 1, 0, -1]);
    expect(walk(["up"], 2)).toEqual([0]);
  });
});

describe("what is wrong", () => {
  const all = readRenders(row(10, [0, 0, 2, 0, 0, 1, 0, 0, 2]));

  test("is gone through in a circle", () => {
    expect([2, 5, 8].map((at) => nextWrong(all, at, 1))).toEqual([5, 8, 2]);
    expect([2, 5, 8].map((at) => nextWrong(all, at, -1))).toEqual([8, 2, 5]);
  });

  test("is found from anywhere", () => {
    expect([nextWrong(all, null, 1), nextWrong(all, null, -1)]).toEqual([2, 8]);
    expect([0, 3, 9].map((at) => nextWrong(all, at, 1))).toEqual([2, 5, 2]);
    expect([0, 3, 9].map((at) => nextWrong(all, at, -1))).toEqual([8, 2, 8]);
    expect(nextWrong(readRenders(row(4)), 1, 1)).toBeNull();
  });

  test("is in the order of time, whatever the lane", () => {
    expect(renders().wrong.map((at) => renders().at(at).index)).toEqual([2, 3]);
  });
});
