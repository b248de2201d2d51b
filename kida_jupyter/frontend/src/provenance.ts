// From a place in the output to the template code that wrote it and back, over one result.

import type { Call, Chain, Result, Span, Value } from "./messages";
import { type Range, lastNotAfter } from "./positions";
import { type Segment, rangesOf, segmentAt, segmentsWhere } from "./segments";

/** A span with its template's name. */
export interface Source extends Range {
  readonly index: number;
  readonly template: string;
  readonly line: number;
  readonly column: number;
}

/** A step of the way that led to a piece of the output; `from` is where it was called, null where nothing called it. */
export interface Step {
  readonly kind: string;
  readonly name: string;
  readonly from: Source | null;
}

/** Everything that is known of one piece of the output. */
export interface Origin {
  readonly segment: Segment;
  readonly source: Source | null;
  /** Innermost first. */
  readonly steps: readonly Step[];
  readonly value: Value | null;
}

/** What an expression of a template wrote. */
export interface Written {
  readonly source: Source;
  readonly ranges: readonly Range[];
  /** How many pieces it wrote: a piece a time that it ran, whether or not they touch. */
  readonly pieces: number;
  readonly value: Value | null;
}

/** A span of a result, with its template's name; null for -1. */
export function sourceOf(result: Result, index: number): Source | null {
  const span = result.spans[index];
  return span ? named(result, index, span) : null;
}

function named(result: Result, index: number, span: Span): Source {
  const [template, from, to, line, column] = span;
  return { index, template: result.templates[template] ?? "", from, to, line, column };
}

/** The steps of a call chain, innermost first. */
export function stepsOf(result: Result, chain: number): Step[] {
  const steps: Step[] = [];
  for (let step: Chain | undefined = result.chains[chain]; step; step = result.chains[step[3]]) {
    steps.push({ kind: step[0], name: step[1], from: sourceOf(result, step[2]) });
  }
  return steps;
}

/** What wrote the character at an offset of the output. */
export function originAt(result: Result, offset: number): Origin | null {
  const segment = segmentAt(result.segments, offset);
  return segment && originOf(result, segment);
}

/** What wrote a segment. */
export function originOf(result: Result, segment: Segment): Origin {
  return {
    segment,
    source: sourceOf(result, segment.span),
    steps: stepsOf(result, segment.chain),
    value: valueOf(result, segment.span),
  };
}

/** The value that the expression of a span last had. */
export const valueOf = (result: Result, span: number): Value | null =>
  span < 0 ? null : (result.values.find((value) => value[0] === span) ?? null);

/**
 * What the code at an offset of a template wrote: the innermost span there that wrote anything, itself or through what it
 * called.
 *
 * Parameters: `offset`, in the text that the result was made from; `text`, that text, to take the cursor on the braces of
 * an expression for the expression.
 */
export function writtenBy(result: Result, template: string, offset: number, text: string): Written | null {
  const at = result.templates.indexOf(template);
  if (at === -1) return null;
  const around = spansAround(result, at, offset, text);
  for (const index of around) {
    const written = writtenBySpan(result, index);
    if (written && (written.pieces || written.value)) return written;
  }
  return null;
}

/** What a span wrote, itself or through what it called. */
export function writtenBySpan(result: Result, index: number): Written | null {
  // A loop's rows are not called from the loop's tag: what they write is the body's.
  return writtenThrough(result, index, (kind, _, span) => span === index && kind !== "loop");
}

/** What a call of the tree of calls wrote: by its name, as the tree has where a macro stands, and a chain where it was called. */
export const writtenByCall = (result: Result, [kind, name, span]: Call): Written | null =>
  writtenThrough(result, span, (aKind, aName) => aKind === kind && aName === name);

/** Parameters: `isStep`, whether a call is a step of a chain; what such a chain wrote counts, and what the span did. */
function writtenThrough(result: Result, index: number, isStep: (...step: Chain) => boolean): Written | null {
  const source = sourceOf(result, index);
  if (!source) return null;
  // For each chain the call that it is part of, -1 for none. Parents stand before children, so one pass does.
  const through: number[] = [];
  result.chains.forEach((step, at) => through.push(isStep(...step) ? at : (through[step[3]] ?? -1)));
  const called = through.some((it) => it >= 0);
  const own = segmentsWhere(
    result.segments,
    (span, chain) => span === index || (called && (through[chain] ?? -1) >= 0),
  ).filter((it) => it.to > it.from);
  // Those of two turns of a loop may touch, and those of one call may not.
  const calls = new Set(own.map((it) => through[it.chain] ?? -1));
  return {
    source,
    ranges: rangesOf(own),
    pieces: called ? Math.max(rangesOf(own).length, calls.size) : own.length,
    value: valueOf(result, index),
  };
}

/** Spans of a template that hold an offset, innermost first. */
function spansAround(result: Result, template: number, offset: number, text: string): number[] {
  const found: { index: number; width: number }[] = [];
  const [before, after] = [bracesBefore(text, offset), bracesAfter(text, offset)];
  result.spans.forEach(([owner, from, to], index) => {
    if (owner !== template) return;
    const inside = from <= offset && offset <= to;
    if (inside || from === after || to === before) found.push({ index, width: to - from });
  });
  return found.sort((a, b) => a.width - b.width).map((it) => it.index);
}

/** With the offset at or in the opening braces: where the expression after them starts; else -1. */
function bracesAfter(text: string, offset: number): number {
  const match = /^(?:\{\{|\{)?[-+]?\s*/.exec(text.slice(offset, offset + 50)) as RegExpExecArray;
  const start = offset + match[0].length;
  return /\{\{[-+]?\s*$/.test(text.slice(Math.max(0, start - 50), start)) ? start : -1;
}

/** With the offset at or in the closing braces: where the expression before them ends; else -1. */
function bracesBefore(text: string, offset: number): number {
  const match = /\s*[-+]?(?:\}\}|\})?$/.exec(text.slice(Math.max(0, offset - 50), offset)) as RegExpExecArray;
  const end = offset - match[0].length;
  return /^\s*[-+]?\}\}/.test(text.slice(end, end + 50)) ? end : -1;
}

/** Whether a piece is text of the template as it stands, not what an expression gave. */
export function isPlainText(origin: Origin, output: string, text: string | undefined): boolean {
  const { source, segment } = origin;
  if (!source || origin.value || text === undefined || source.to - source.from !== segment.to - segment.from) return false;
  return output.slice(segment.from, segment.to) === text.slice(source.from, source.to);
}

/** The line around an offset, within a range. Of plain text only that much is worth pointing at. */
export function lineWithin(text: string, range: Range, offset: number): Range {
  const before = text.lastIndexOf("\n", offset - 1) + 1;
  const after = text.indexOf("\n", offset);
  return {
    from: Math.max(range.from, before),
    to: Math.min(range.to, after === -1 ? text.length : after),
  };
}

/** Offsets at which a template's expressions that have a value end, with the value. */
export function valuesOf(result: Result, template: string): { source: Source; value: Value }[] {
  return result.values
    .map((value) => ({ source: sourceOf(result, value[0]), value }))
    .filter((it): it is { source: Source; value: Value } => it.source?.template === template)
    .sort((a, b) => a.source.to - b.source.to || a.source.from - b.source.from);
}

/** The next piece, or the one before, that some template code wrote; for going through the output by keyboard. */
export function neighbour(result: Result, from: number, by: 1 | -1): Segment | null {
  const flat = result.segments;
  const starts = pieceStarts(flat);
  let at = lastNotAfter(starts, from);
  for (at += by; at >= 0 && at < starts.length; at += by) {
    const it = segmentAt(flat, starts[at] as number);
    if (it && it.span >= 0 && it.to > it.from) return it;
  }
  return null;
}

const pieceStarts = (flat: readonly number[]): number[] => flat.filter((_, at) => at % 4 === 0);
