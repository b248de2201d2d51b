// The shape of what the page and Python tell each other; docs/playground-messages.md says what it means.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Format = "html" | "markdown" | "text" | "latex" | "json" | "svg" | "sql" | "yaml";
export const FORMATS: readonly Format[] = ["html", "markdown", "text", "latex", "json", "svg", "sql", "yaml"];

export type ResultTab = "preview" | "text" | "diff";
export type PanelName = "" | "context" | "trace" | "python";

/** What is to be seen: shared by all views of a playground. */
export interface Show {
  readonly tab: ResultTab;
  readonly panel: PanelName;
  readonly values: boolean;
  readonly pinned: string | null;
  readonly split: number;
}

export interface Fix {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Problem {
  readonly template: string;
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string | null;
  readonly fixes: readonly Fix[];
}

export interface Failure {
  readonly kind: string;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly html: string;
  readonly text: string;
}

/** template (index), from, to, line, column: the last two from 1, for people. */
export type Span = readonly [template: number, from: number, to: number, line: number, column: number];
/** kind, name, span of the call (-1: nowhere), parent (-1: none). */
export type Chain = readonly [kind: string, name: string, span: number, parent: number];
/** span, how often it ran, last value as short text, its type. */
export type Value = readonly [span: number, count: number, text: string, type: string];
/** kind, name, span (of a filter where it is used, else where it is defined), count, seconds, seconds without children, parent (-1: none). */
export type Call = readonly [
  kind: string,
  name: string,
  span: number,
  count: number,
  seconds: number,
  own: number,
  parent: number,
];

export type Origin = "notebook" | "override" | "given" | "global" | "missing";

/** What a playground puts in place of variables, each as the text of JSON; null where it is none. */
export type Overrides = Readonly<Record<string, string | null>>;

export interface Variable {
  readonly name: string;
  readonly origin: Origin;
  readonly type: string;
  readonly value: string;
  /** The value as the text of JSON, where it has one: JavaScript's own numbers are not all of Python's. */
  readonly json: string | null;
  readonly reads: number;
}

export interface Result {
  readonly edition: number;
  readonly ok: boolean;
  readonly lastGood: number | null;
  readonly output: string;
  readonly seconds: number;
  readonly error: Failure | null;
  readonly problems: readonly Problem[];
  readonly templates: readonly string[];
  readonly spans: readonly Span[];
  readonly chains: readonly Chain[];
  readonly segments: readonly number[];
  readonly values: readonly Value[];
  readonly calls: readonly Call[];
  readonly context: readonly Variable[];
  readonly cut: { readonly shown: number; readonly whole: number } | null;
}

/** The output of a large result, sent before it is worked out where each character came from. */
export type Early = Pick<Result, "edition" | "output" | "seconds" | "cut">;

/** A question to Python; its answer carries the same id. */
export type Question =
  | { type: "complete"; template: string; offset: number; text: string }
  | { type: "explain"; template: string; offset: number; text: string }
  | { type: "python"; template: string }
  | { type: "whole" };

export interface Completion {
  readonly label: string;
  readonly kind: string;
  readonly detail: string | null;
  readonly info: string | null;
  readonly apply: string | null;
}

export interface Completions {
  readonly type: "completions";
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

export interface Explanation {
  readonly type: "explanation";
  readonly from: number;
  readonly to: number;
  readonly text: string | null;
}

export interface PythonCode {
  readonly type: "python";
  readonly text: string;
  /** Pairs of a line of the Python code and the line of the template that it is for, both from 1. */
  readonly lines: readonly (readonly [number, number])[];
  readonly error: string | null;
}

export interface Whole {
  readonly type: "whole";
  readonly output: string;
}

/** The answer that belongs to a question. */
export interface Answers {
  complete: Completions;
  explain: Explanation;
  python: PythonCode;
  whole: Whole;
}
