// What is pointed at, in the output or in a template, and all that lights up for it.

import type { Call, Result } from "./messages";
import type { Range } from "./positions";
import { merged } from "./positions";
import { type Origin, type Source, isPlainText, lineWithin, originAt, originOf, writtenBy, writtenByCall, writtenBySpan } from "./provenance";
import { segmentsIn, segmentsWhere } from "./segments";
import { type Part, originParts, writtenParts } from "./ui/status";

/** A place that somebody points at. */
export type Target =
  | { readonly in: "output"; readonly place: Range }
  | { readonly in: "template"; readonly template: string; readonly offset: number }
  | { readonly in: "call"; readonly call: Call }
  | { readonly in: "line"; readonly template: string; readonly range: Range };

/** A range of a template. */
export interface Code {
  readonly template: string;
  readonly range: Range;
}

/** What lights up, and what the status says. */
export interface Lighting {
  readonly lit: readonly Range[];
  readonly here: Range | null;
  /** In the template, as the result knows it. */
  readonly code: Code | null;
  /** The calls that led there, innermost first: what lights up where another template is looked at. */
  readonly callers: readonly Code[];
  readonly parts: readonly Part[];
}

// What a loop repeats a thousand times is everywhere anyhow; lighting it would make typing there slow.
const PLAIN_PIECES = 200;

const DARK: Lighting = { lit: [], here: null, code: null, callers: [], parts: [] };

/** The piece of the output at a place: in a tag, the one that an expression wrote, else the first. */
export function pieceAt(result: Result, place: Range): Origin | null {
  if (place.to - place.from <= 1) return originAt(result, place.from);
  const origins = segmentsIn(result.segments, place).map((it) => originOf(result, it));
  return origins.find((it) => it.value) ?? origins[0] ?? null;
}

/** Parameters: `textOf`, gives a template's text as the result knows it, undefined where it is not known. */
export function lightingFor(result: Result | null, target: Target | null, textOf: (template: string) => string | undefined): Lighting {
  if (!result || !target) return DARK;
  switch (target.in) {
    case "output":
      return forOutput(result, target.place, textOf);
    case "template":
      return forTemplate(result, target.template, target.offset, textOf(target.template) ?? "");
    case "call":
      return forCall(result, target.call);
    case "line":
      return { ...DARK, code: { template: target.template, range: target.range } };
  }
}

/** What lights up of one template: the code itself, else the innermost call there that led to it. */
export const codeIn = (template: string, { code, callers }: Lighting): Code | null =>
  [...(code ? [code] : []), ...callers].find((it) => it.template === template) ?? null;

const codeOf = (source: Source): Code => ({ template: source.template, range: source });

const expressionOf = (source: Source, textOf: (template: string) => string | undefined): string =>
  textOf(source.template)?.slice(source.from, source.to) ?? "expression";

function forOutput(result: Result, place: Range, textOf: (template: string) => string | undefined): Lighting {
  const origin = pieceAt(result, place);
  if (!origin) return DARK;
  const { source, segment, steps } = origin;
  const callers = steps.flatMap((it) => (it.from ? [codeOf(it.from)] : []));
  if (!source) return { ...DARK, here: segment, parts: originParts(origin, "", false) };
  if (isPlainText(origin, result.output, textOf(source.template))) {
    const here = lineWithin(result.output, segment, place.from);
    const shift = source.from - segment.from;
    const range = { from: here.from + shift, to: here.to + shift };
    return { lit: [], here, code: { template: source.template, range }, callers, parts: originParts(origin, "", true) };
  }
  const written = writtenBySpan(result, source.index);
  return {
    lit: written?.ranges ?? [],
    here: segment,
    code: codeOf(source),
    callers,
    parts: originParts(origin, expressionOf(source, textOf), false),
  };
}

function forTemplate(result: Result, template: string, offset: number, text: string): Lighting {
  const found = writtenBy(result, template, offset, text);
  if (!found) return DARK;
  const { source } = found;
  const first = segmentsWhere(result.segments, (span) => span === source.index)[0];
  const origin = first && originOf(result, first);
  if (origin && isPlainText(origin, result.output, text)) {
    // Of plain text the caret's line lights up, wherever it was written.
    const line = lineWithin(text, source, offset);
    const written = segmentsWhere(result.segments, (span) => span === source.index);
    if (written.length > PLAIN_PIECES) return DARK;
    const lit = written.map((it) => ({
      from: it.from + line.from - source.from,
      to: it.from + line.to - source.from,
    }));
    return { ...DARK, lit: merged(lit) };
  }
  return { ...DARK, lit: found.ranges, code: codeOf(source), parts: writtenParts(found, text.slice(source.from, source.to)) };
}

function forCall(result: Result, call: Call): Lighting {
  const written = writtenByCall(result, call);
  if (!written) return DARK;
  return {
    ...DARK,
    lit: written.ranges,
    code: codeOf(written.source),
    parts: writtenParts(written, `${call[0]} ${call[1]}`),
  };
}
