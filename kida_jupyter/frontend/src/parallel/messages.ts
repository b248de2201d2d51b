// The shape of what Python tells the live timeline; kida_jupyter/parallel_view/messages.py says what each part means.

export interface Lane {
  readonly name: string;
  readonly title: string;
  readonly renders: number;
  readonly busy: number;
}

/** A column for each thing to know of a render; lane by lane, in each by their start. Milliseconds. */
export interface Bars {
  readonly index: readonly number[];
  readonly lane: readonly number[];
  readonly start: readonly number[];
  readonly length: readonly number[];
  readonly alone: readonly number[];
  readonly state: readonly number[];
  readonly context: readonly string[];
}

/** What was called and where. */
export type CallKind = readonly [kind: string, name: string, place: string];

/** The calls within some renders, five numbers each: an index of `kinds`, depth, start and length in ns, 1 where an error left it. */
export interface Calls {
  readonly kinds: readonly CallKind[];
  readonly calls: Readonly<Record<string, readonly number[]>>;
  readonly more: Readonly<Record<string, number>>;
}

export interface Timeline {
  readonly milliseconds: number;
  readonly lanes: readonly Lane[];
  readonly states: readonly (readonly [name: string, said: string])[];
  readonly bars: Bars;
  readonly failures: Readonly<Record<string, string>>;
  readonly calls: Calls;
  readonly closer: readonly [from: number, to: number] | null;
  readonly clocks: number;
  readonly more_lanes: number;
  readonly more_renders: number;
}
