// Where the keyboard goes: render by render in a lane, from lane to lane, and call by call within a render.

import type { Call } from "./calls";
import type { Renders } from "./renders";

/** A render by its row, and a call within it by its number; -1 is the render itself. */
export interface Place {
  readonly row: number;
  readonly call: number;
}

export type Step = "left" | "right" | "up" | "down" | "first" | "last";

const RENDER = -1;
export const whole = (row: number): Place => ({ row, call: RENDER });
export const isWhole = (place: Place): boolean => place.call === RENDER;
export const isSame = (one: Place | null, other: Place | null): boolean => one?.row === other?.row && one?.call === other?.call;

/** Where one begins: at the first render that is seen, on the first lane that has any. */
export function firstPlace(renders: Renders, from: number): Place | null {
  for (let lane = 0; lane < renders.lanes; lane++) {
    const [first, end] = renders.rowsOf(lane);
    if (first < end) return whole(Math.min(end - 1, renders.firstAfter(lane, from)));
  }
  return null;
}

/** The place one step on; the same one where there is nothing further. */
export function stepped(renders: Renders, calls: readonly Call[], place: Place, step: Step): Place {
  return isWhole(place) ? steppedOver(renders, place, step) : steppedWithin(calls, place, step);
}

function steppedOver(renders: Renders, place: Place, step: Step): Place {
  const { lane, start, end } = renders.at(place.row);
  const [first, after] = renders.rowsOf(lane);
  switch (step) {
    case "left":
      return whole(Math.max(first, place.row - 1));
    case "right":
      return whole(Math.min(after - 1, place.row + 1));
    case "first":
      return whole(first);
    case "last":
      return whole(after - 1);
  }
  const by = step === "up" ? -1 : 1;
  for (let other = lane + by; other >= 0 && other < renders.lanes; other += by) {
    // Whatever ran there at that time, or was nearest to it.
    const middle = (start + end) / 2;
    const [from, to] = renders.rowsOf(other);
    if (from === to) continue;
    const next = Math.min(to - 1, renders.firstAfter(other, middle));
    const before = Math.max(from, next - 1);
    const away = (row: number): number => {
      const one = renders.at(row);
      return Math.max(0, one.start - middle, middle - one.end);
    };
    return whole(away(before) < away(next) ? before : next);
  }
  return place;
}

function steppedWithin(calls: readonly Call[], place: Place, step: Step): Place {
  const to = (call: number | undefined): Place => (call === undefined || call >= calls.length ? place : { row: place.row, call });
  const parent = calls[place.call]?.parent ?? RENDER;
  switch (step) {
    case "left":
      // The first call has the render before it.
      return to(place.call - 1);
    case "right":
      return to(place.call + 1);
    case "up":
      return to(parent);
    case "down":
      return to(calls[place.call + 1]?.parent === place.call ? place.call + 1 : undefined);
    case "first":
      return to(0);
    case "last":
      return to(calls.length - 1);
  }
}

/** The next render that is not equal, by its start; after the last comes the first. */
export function nextWrong(renders: Renders, row: number | null, by: 1 | -1): number | null {
  const { wrong } = renders;
  if (!wrong.length) return null;
  const at = row === null ? -1 : wrong.indexOf(row);
  if (at >= 0) return wrong[(at + by + wrong.length) % wrong.length] as number;
  if (row === null) return (by === 1 ? wrong[0] : wrong.at(-1)) as number;
  const { start } = renders.at(row);
  const later = wrong.findIndex((one) => renders.at(one).start > start);
  const from = later < 0 ? wrong.length : later;
  return wrong[(by === 1 ? from : from - 1 + wrong.length) % wrong.length] as number;
}
