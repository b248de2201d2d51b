// The pieces of an output: which span of which template wrote each, found by binary search.

import { type Range, merged } from "./positions";

/** One piece of the output; `span` and `chain` are indexes into the result's lists, -1 where nothing is known. */
export interface Segment extends Range {
  readonly index: number;
  readonly span: number;
  readonly chain: number;
}

// A segment is four numbers on the wire.
const WIDTH = 4;

/** How many segments a flat list holds. */
export const segmentCount = (flat: readonly number[]): number => Math.floor(flat.length / WIDTH);

/** The segment with an index. */
export function segment(flat: readonly number[], index: number): Segment {
  const at = index * WIDTH;
  return {
    index,
    from: flat[at] as number,
    to: flat[at + 1] as number,
    span: flat[at + 2] as number,
    chain: flat[at + 3] as number,
  };
}

/** The segment that holds the character at an offset; at the very end the last one. Null if there is none. */
export function segmentAt(flat: readonly number[], offset: number): Segment | null {
  const count = segmentCount(flat);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((flat[middle * WIDTH] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  // Empty segments start where the next one does: the search ends on the last that starts there.
  const found = low - 1;
  if (found < 0) return null;
  const it = segment(flat, found);
  return offset < it.to || (offset === it.to && found === count - 1) ? it : null;
}

/** Segments that overlap a range, in order. */
export function segmentsIn(flat: readonly number[], range: Range): Segment[] {
  const found: Segment[] = [];
  const first = segmentAt(flat, range.from);
  if (!first) return found;
  for (let index = first.index; index < segmentCount(flat); index++) {
    const it = segment(flat, index);
    if (it.from >= range.to) break;
    found.push(it);
  }
  return found;
}

/** Segments for which `wanted` holds, in order. */
export function segmentsWhere(flat: readonly number[], wanted: (span: number, chain: number) => boolean): Segment[] {
  const found: Segment[] = [];
  for (let index = 0; index < segmentCount(flat); index++) {
    const at = index * WIDTH;
    if (wanted(flat[at + 2] as number, flat[at + 3] as number)) found.push(segment(flat, index));
  }
  return found;
}

/** Ranges of segments, those that touch made one. */
export const rangesOf = (segments: readonly Segment[]): Range[] => merged(segments);
