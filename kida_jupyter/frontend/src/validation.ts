// Lets through only what has the shape that messages.ts promises, so that one bad message cannot break the page.

import type {
  Answers,
  Call,
  Chain,
  Completion,
  Completions,
  Early,
  Explanation,
  Failure,
  Fix,
  Format,
  Origin,
  Problem,
  PythonCode,
  Question,
  Result,
  Show,
  Span,
  Value,
  Variable,
  Whole,
} from "./messages";
import { FORMATS } from "./messages";

class Malformed extends Error {}

// A check gives its value back, or raises. Where in the value it failed is put before the message on the way out: results are
// large, and a path for each of their numbers would cost more than the checks.
type Check<T> = (value: unknown) => T;

const fail = (wanted: string): never => {
  throw new Malformed(`: ${wanted} expected`);
};

function within<T>(step: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(step + error.message) : error;
  }
}

const text: Check<string> = (value) => (typeof value === "string" ? value : fail("text"));
const flag: Check<boolean> = (value) => (typeof value === "boolean" ? value : fail("true or false"));
const number: Check<number> = (value) => (Number.isFinite(value) ? (value as number) : fail("a number"));
const whole: Check<number> = (value) => (Number.isInteger(value) ? (value as number) : fail("a whole number"));
const record: Check<Record<string, unknown>> = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : fail("an object");
const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value) =>
    value === null || value === undefined ? null : check(value);

const listOf =
  <T>(check: Check<T>): Check<T[]> =>
  (value) => {
    if (!Array.isArray(value)) return fail("a list");
    const checked: T[] = [];
    try {
      for (const it of value) checked.push(check(it));
    } catch (error) {
      throw error instanceof Malformed ? new Malformed(`[${checked.length}]${error.message}`) : error;
    }
    return checked;
  };

const oneOf =
  <T extends string>(...choices: readonly T[]): Check<T> =>
  (value) =>
    choices.includes(value as T) ? (value as T) : fail(choices.join(" or "));

const tuple =
  (...checks: Check<unknown>[]): Check<unknown[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) return fail(`a list of ${checks.length}`);
    checks.forEach((check, index) => check(value[index]));
    return value;
  };

/** An index into a list of this length, or -1. */
const index =
  (length: number): Check<number> =>
  (value) =>
    Number.isInteger(value) && (value as number) >= -1 && (value as number) < length ? (value as number) : fail("an index");

/** The fields of an object, each by its check. */
function fields<T extends object>(checks: { [K in keyof T]: Check<T[K]> }): Check<T> {
  return (value) => {
    const it = record(value);
    const checked: Partial<T> = {};
    for (const name of Object.keys(checks) as (keyof T & string)[]) checked[name] = within(`.${name}`, () => checks[name](it[name]));
    return checked as T;
  };
}

const ranged =
  <T extends { from: number; to: number }>(check: Check<T>): Check<T> =>
  (value) => {
    const it = check(value);
    return it.from >= 0 && it.to >= it.from ? it : fail("a range");
  };

const fix = ranged(fields<Fix>({ label: text, from: whole, to: whole, text }));
const problem = ranged(
  fields<Problem>({
    template: text,
    from: whole,
    to: whole,
    severity: oneOf("error", "warning"),
    message: text,
    hint: orNull(text),
    fixes: (value) => listOf(fix)(value ?? []),
  }),
);
const failure = fields<Failure>({ kind: text, code: orNull(text), message: text, hint: orNull(text), html: text, text });
const variable = fields<Variable>({
  name: text,
  origin: oneOf<Origin>("notebook", "override", "given", "global", "missing"),
  type: text,
  value: text,
  json: orNull(text),
  reads: whole,
});

/** A parent stands before its children, so that no walk up can go in a circle. */
function withParents<T extends readonly unknown[]>(rows: T[], parent: number): T[] {
  rows.forEach((row, at) => {
    if ((row[parent] as number) >= at) throw new Malformed(`[${at}]: a parent before it expected`);
  });
  return rows;
}

const segments = (value: unknown, length: number, spans: number, chains: number): number[] => {
  const flat = listOf(whole)(value);
  if (flat.length % 4) fail("four numbers each");
  const [span, chain] = [index(spans), index(chains)];
  let reached = 0;
  for (let at = 0; at < flat.length; at += 4) {
    if (flat[at] !== reached || (flat[at + 1] as number) < reached) fail(`from ${at} on: no gap and no overlap`);
    reached = flat[at + 1] as number;
    span(flat[at + 2]);
    chain(flat[at + 3]);
  }
  if (flat.length && reached !== length) fail("all of the output");
  return flat;
};

const cut = orNull(fields<{ shown: number; whole: number }>({ shown: whole, whole }));
const early = fields<Early>({ edition: whole, output: text, seconds: number, cut });

const result: Check<Result> = (value) => {
  const it = record(value);
  const field = <T>(name: string, check: Check<T>): T => within(`.${name}`, () => check(it[name]));
  const templates = field("templates", listOf(text));
  const spans = field("spans", listOf(tuple(index(templates.length), whole, whole, whole, whole))) as unknown as Span[];
  const span = index(spans.length);
  const chains = field("chains", (rows) => withParents(listOf(tuple(text, text, span, whole))(rows), 3)) as unknown as Chain[];
  const calls = field("calls", (rows) => withParents(listOf(tuple(text, text, span, whole, number, number, whole))(rows), 6));
  const output = field("output", text);
  return {
    edition: field("edition", whole),
    ok: field("ok", flag),
    lastGood: field("lastGood", orNull(whole)),
    output,
    seconds: field("seconds", number),
    error: field("error", orNull(failure)),
    problems: field("problems", listOf(problem)),
    templates,
    spans,
    chains,
    segments: field("segments", (flat) => segments(flat, output.length, spans.length, chains.length)),
    values: field("values", listOf(tuple(span, whole, text, text))) as unknown as Value[],
    calls: calls as unknown as Call[],
    context: field("context", listOf(variable)),
    cut: field("cut", cut),
  };
};

const completion = fields<Completion>({
  label: text,
  kind: (value) => text(value ?? ""),
  detail: orNull(text),
  info: orNull(text),
  apply: orNull(text),
});

const answers: { [K in Question["type"]]: Check<Answers[K]> } = {
  complete: ranged(fields<Completions>({ type: oneOf("completions"), from: whole, to: whole, items: listOf(completion) })),
  explain: ranged(fields<Explanation>({ type: oneOf("explanation"), from: whole, to: whole, text: orNull(text) })),
  python: fields<PythonCode>({
    type: oneOf("python"),
    text,
    lines: listOf(tuple(whole, whole)) as Check<[number, number][]>,
    error: orNull(text),
  }),
  whole: fields<Whole>({ type: oneOf("whole"), output: text }),
};

function quietly<T>(check: Check<T>, value: unknown, what: string): T | null {
  try {
    return check(value);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    console.warn(`kida playground: left out ${what}${error.message}`);
    return null;
  }
}

/** The result if it has its shape; else null, and a warning in the console. An empty object is a result not there yet. */
export const validResult = (value: unknown): Result | null => (isNothing(value) ? null : quietly(result, value, "result"));

/** The output that comes before a result; the same. */
export const validEarly = (value: unknown): Early | null => (isNothing(value) ? null : quietly(early, value, "early output"));

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0);

/** The answer to a question if it has its shape; else null, and a warning in the console. */
export function validAnswer<K extends Question["type"]>(type: K, value: unknown): Answers[K] | null {
  return quietly(answers[type] as Check<Answers[K]>, value, `answer to ${type}`);
}

/** What is to be seen, with a sensible default for whatever is missing or wrong. */
export function validShow(value: unknown): Show {
  const it = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const among = <T extends string>(candidate: unknown, choices: readonly T[], fallback: T): T =>
    choices.includes(candidate as T) ? (candidate as T) : fallback;
  return {
    tab: among(it.tab, ["preview", "text", "diff"], "preview"),
    panel: among(it.panel, ["", "context", "trace", "python"], ""),
    values: typeof it.values === "boolean" ? it.values : true,
    pinned: typeof it.pinned === "string" ? it.pinned : null,
    split: typeof it.split === "number" && it.split > 0 && it.split < 1 ? it.split : 0.5,
  };
}

/** The format if there is such a one; else text. */
export const validFormat = (value: unknown): Format => (FORMATS.includes(value as Format) ? (value as Format) : "text");

/** Names and texts, whatever else stands among them left out. */
export function validTexts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
