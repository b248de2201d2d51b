// What changed between two texts, as few and as small replacements as are worth finding.

import { diff } from "@codemirror/merge";
import { ChangeSet } from "@codemirror/state";

import { wholeAfter, wholeBefore } from "./positions";

/** One replacement in the old text. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

// Beyond this many characters in the middle, one replacement is good enough and costs nothing.
const DIFF_LIMIT = 20_000;

/** The one smallest replacement that makes `after` of `before`; null if they are the same. Splits no surrogate pair. */
export function replacement(before: string, after: string): Replacement | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  start = Math.min(wholeBefore(before, start), wholeBefore(after, start));
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  let oldEnd = before.length - tail;
  let newEnd = after.length - tail;
  const shift = Math.max(wholeAfter(before, oldEnd) - oldEnd, wholeAfter(after, newEnd) - newEnd);
  oldEnd += shift;
  newEnd += shift;
  return { from: start, to: oldEnd, insert: after.slice(start, newEnd) };
}

/** Replacements, in order, that make `after` of `before` and leave alone what stayed between them. */
export function replacements(before: string, after: string): Replacement[] {
  const one = replacement(before, after);
  if (!one) return [];
  const gone = before.slice(one.from, one.to);
  if (!gone || !one.insert || gone.length + one.insert.length > DIFF_LIMIT) return [one];
  return diff(gone, one.insert, { scanLimit: 200 }).map((change) => ({
    from: one.from + change.fromA,
    to: one.from + change.toA,
    insert: one.insert.slice(change.fromB, change.toB),
  }));
}

/** The same as a CodeMirror change set. */
export function changeSet(before: string, after: string): ChangeSet {
  return ChangeSet.of(replacements(before, after), before.length, "\n");
}

/** Texts on the wire have "\n" line ends only; one that has others would shift every offset in the editor. */
export function withPlainLineEnds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
