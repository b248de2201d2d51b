// Offsets, lines and columns in a text, counted in UTF-16 code units as CodeMirror and the wire count them.

/** A half-open range of offsets. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A place for people: line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Offsets at which lines start; only "\n" ends a line, as on the wire. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last element of a sorted array that is not greater than `value`; -1 where there is none. */
export function lastNotAfter(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Line and column, from 1, of an offset; the column counts characters (code points), not code units. */
export function placeOf(text: string, offset: number, starts: readonly number[] = lineStarts(text)): Place {
  const line = Math.max(0, lastNotAfter(starts, offset));
  return { line: line + 1, column: [...text.slice(starts[line], offset)].length + 1 };
}

/** The offset itself, or the one before it where it would split a surrogate pair. */
export function wholeBefore(text: string, offset: number): number {
  return splitsPair(text, offset) ? offset - 1 : offset;
}

/** The offset itself, or the one after it where it would split a surrogate pair. */
export function wholeAfter(text: string, offset: number): number {
  return splitsPair(text, offset) ? offset + 1 : offset;
}

function splitsPair(text: string, offset: number): boolean {
  if (offset <= 0 || offset >= text.length) return false;
  return isLow(text.charCodeAt(offset)) && isHigh(text.charCodeAt(offset - 1));
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** Sorted ranges with those that touch or overlap made one; empty ones are left out. */
export function merged(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter((it) => it.to > it.from).sort((a, b) => a.from - b.from);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result[result.length - 1];
    if (last && range.from <= last.to) {
      if (range.to > last.to) result[result.length - 1] = { from: last.from, to: range.to };
    } else result.push({ from: range.from, to: range.to });
  }
  return result;
}
