// Carries offsets of the text that a result was made from over to the text as it stands now.

import { type ChangeDesc, ChangeSet, MapMode } from "@codemirror/state";

import { changeSet } from "./changes";
import type { Range } from "./positions";

/** The way from the text of a result to the text now; null while both are the same. */
export type Drift = ChangeDesc | null;

/** The drift from an older text to a newer one. */
export function driftBetween(before: string | undefined, now: string): Drift {
  return before === undefined || before === now ? null : changeSet(before, now).desc;
}

/** The drift after one more change of the newer text. */
export function driftOn(drift: Drift, changes: ChangeDesc): Drift {
  return drift ? drift.composeDesc(changes) : changes;
}

/** Where a range of the older text stands now; null where its text is gone, or the range lies outside. */
export function rangeNow(drift: Drift, range: Range, length: number): Range | null {
  if (range.from < 0 || range.to < range.from || range.to > (drift ? drift.length : length)) return null;
  if (!drift) return range;
  if (range.from === range.to) {
    const at = drift.mapPos(range.from, 1, MapMode.TrackDel);
    return at === null ? null : { from: at, to: at };
  }
  const from = drift.mapPos(range.from, 1);
  const to = drift.mapPos(range.to, -1);
  return to > from ? { from, to } : null;
}

/** Where an offset of the text now stood in the older text. */
export function offsetThen(drift: Drift, offset: number): number {
  if (!drift) return offset;
  return drift.invertedDesc.mapPos(Math.min(offset, drift.newLength), 1);
}

/** No change at all, over a text of this length. */
export const unchanged = (length: number): ChangeSet => ChangeSet.empty(length);
