// The renders of a run, found by lane and time. They are kept as columns and known by their row in them.

import type { Timeline } from "./messages";

export type State = "equal" | "failed" | "differs";

export interface Render {
  readonly row: number;
  /** The index of its context. */
  readonly index: number;
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  /** How long it took alone; null where it never did. */
  readonly alone: number | null;
  readonly state: State;
  readonly said: string;
  readonly context: string;
  readonly failure: string | null;
}

export interface Renders {
  readonly count: number;
  readonly lanes: number;
  /** The rows of a lane: from the first to before the last. */
  rowsOf(lane: number): readonly [from: number, to: number];
  at(row: number): Render;
  /** What is asked of each of thousands, many times a second. */
  startOf(row: number): number;
  endOf(row: number): number;
  stateOf(row: number): State;
  indexOf(row: number): number;
  /** The row of a context; null where it is not there. */
  rowOf(index: number): number | null;
  /** The rows of what is not equal, by their start. */
  readonly wrong: readonly number[];
  /** The first row of a lane that ends after a time, or the end of the lane. */
  firstAfter(lane: number, time: number): number;
  /** The row of a lane that is at a time or nearest to it, no further than `slack`; what is wrong goes before what is not. */
  near(lane: number, time: number, slack: number): number | null;
}

const isState = (name: string): name is State => name === "failed" || name === "differs";

export function readRenders(data: Timeline): Renders {
  const { index, lane, start, length, alone, state, context } = data.bars;
  const count = index.length;
  const names = data.states.map(([name]): State => (isState(name) ? name : "equal"));
  const states = state.map((one) => names[one] as State);
  const bounds: number[] = [];
  for (let row = 0; row <= count; row++) {
    const next = row < count ? (lane[row] as number) : data.lanes.length;
    while (bounds.length <= next) bounds.push(row);
  }
  const rows = new Map(index.map((one, row) => [one, row]));
  const startOf = (row: number): number => start[row] as number;
  const endOf = (row: number): number => startOf(row) + (length[row] as number);
  const wrong = [...states.keys()].filter((row) => states[row] !== "equal").sort((a, b) => startOf(a) - startOf(b));

  const rowsOf = (one: number): readonly [number, number] => [bounds[one] ?? count, bounds[one + 1] ?? count];
  const firstAfter = (one: number, time: number): number => {
    let [low, high] = rowsOf(one);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (endOf(middle) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return {
    count,
    lanes: data.lanes.length,
    rowsOf,
    wrong,
    firstAfter,
    startOf,
    endOf,
    stateOf: (row) => states[row] as State,
    indexOf: (row) => index[row] as number,
    rowOf: (one) => rows.get(one) ?? null,
    at: (row) => ({
      row,
      index: index[row] as number,
      lane: lane[row] as number,
      start: startOf(row),
      end: endOf(row),
      alone: (alone[row] as number) < 0 ? null : (alone[row] as number),
      state: states[row] as State,
      said: data.states[state[row] as number]?.[1] ?? "",
      context: context[row] as string,
      failure: data.failures[String(index[row])] ?? null,
    }),
    near: (one, time, slack) => {
      const [, end] = rowsOf(one);
      let best: number | null = null;
      let least = Infinity;
      for (let row = firstAfter(one, time - slack); row < end && startOf(row) <= time + slack; row++) {
        const away = Math.max(0, startOf(row) - time, time - endOf(row)) - (states[row] === "equal" ? 0 : 2 * slack);
        if (away < least) [best, least] = [row, away];
      }
      return best;
    },
  };
}
