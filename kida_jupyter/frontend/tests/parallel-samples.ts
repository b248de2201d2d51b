// The sample messages of the parallel view that both sides test themselves with.

import { readFileSync, readdirSync } from "node:fs";

import type { Timeline } from "../src/parallel/messages";
import { type Renders, readRenders } from "../src/parallel/renders";

const folder = new URL("../../../tests/notebook/parallel_samples/", import.meta.url);

/** A sample's message. */
export const message = (name: string): Record<string, unknown> =>
  (JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as { message: Record<string, unknown> }).message;

/** The names of the samples that no page may take. */
export const malformed = (): string[] =>
  readdirSync(new URL("malformed/", folder)).map((name) => `malformed/${name.replace(".json", "")}`);

export const timeline = (): Timeline => message("timeline") as unknown as Timeline;
export const renders = (): Renders => readRenders(timeline());

/** A timeline of so many renders on a lane, a millisecond each, one every two. */
export function row(count: number, states: readonly number[] = []): Timeline {
  const numbers = [...Array(count).keys()];
  return {
    ...timeline(),
    milliseconds: Math.max(1, 2 * count - 1),
    lanes: [{ name: "one", title: "", renders: count, busy: 0.5 }],
    bars: {
      index: numbers,
      lane: numbers.map(() => 0),
      start: numbers.map((at) => 2 * at),
      length: numbers.map(() => 1),
      alone: numbers.map(() => 1),
      state: numbers.map((at) => states[at] ?? 0),
      context: numbers.map(() => "{}"),
    },
  };
}
