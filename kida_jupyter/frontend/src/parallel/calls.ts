// The calls within renders: those that came with the run, and others that Python is asked for when they are looked at.

import { type Model, type Undo, listen } from "../model";
import type { Calls } from "./messages";
import { PER_CALL, validCalls } from "./validation";

/** A call; times are milliseconds since its render began. */
export interface Call {
  readonly kind: string;
  readonly name: string;
  readonly place: string;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  /** The number of the call around it, -1 where that is the render. */
  readonly parent: number;
}

export interface CallStore {
  /** The calls of a render by the index of its context, each before those within it; undefined where they are not here. */
  of(render: number): readonly Call[] | undefined;
  /** How many calls of it are left out. */
  moreOf(render: number): number;
  /** Asks for the calls of renders that are not here. */
  want(renders: readonly number[]): void;
  /** Whether calls were asked for and nobody answered. */
  isUnanswered(): boolean;
  readonly kinds: readonly string[];
  close: Undo;
}

const NANOSECONDS = 1e6;
/** Renders that are asked for at once. */
const MOST = 400;
/** Milliseconds until a kernel that says nothing is taken for busy or gone; an answer that comes later is taken all the same. */
const PATIENCE = 4000;

/** The calls of a flat list. */
export function readCalls(flat: readonly number[], kinds: Calls["kinds"]): Call[] {
  const found: Call[] = [];
  const open: number[] = [];
  for (let at = 0; at + PER_CALL <= flat.length; at += PER_CALL) {
    const [number, depth, start, length, failed] = flat.slice(at, at + PER_CALL) as [number, number, number, number, number];
    const [kind, name, place] = kinds[number] as Calls["kinds"][number];
    open.length = Math.min(open.length, depth);
    const parent = open.at(-1) ?? -1;
    open.push(found.length);
    found.push({ kind, name, place, depth, start: start / NANOSECONDS, end: (start + length) / NANOSECONDS, failed: failed === 1, parent });
  }
  return found;
}

/** A column of all calls: 1 is their depth, 4 whether an error left them. */
const column = (calls: Calls, which: 1 | 4): number[] =>
  Object.values(calls.calls).flatMap((flat) => flat.filter((_, at) => at % PER_CALL === which));

/** How many levels of calls within each other there are. */
export const levelsOf = (calls: Calls): number => column(calls, 1).reduce((most, depth) => Math.max(most, depth + 1), 0);

/** Whether an error left any. */
export const hasFailed = (calls: Calls): boolean => column(calls, 4).includes(1);

/** Parameters: `model`; `given`, what came with the run; `changed`, called when there are more, or nobody answered. */
export function openCalls(model: Model, given: Calls, changed: () => void): CallStore {
  const flats = new Map<number, readonly [flat: readonly number[], kinds: Calls["kinds"]]>();
  const read = new Map<number, readonly Call[]>();
  const more = new Map<number, number>();
  const kinds = new Set<string>();
  const mine = crypto.getRandomValues(new Uint32Array(2)).join("-");
  const asked = new Map<string, readonly number[]>();
  const hopeless = new Set<number>();
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unanswered = false;

  const take = (calls: Calls): void => {
    for (const [render, flat] of Object.entries(calls.calls)) flats.set(Number(render), [flat, calls.kinds]);
    for (const [render, left] of Object.entries(calls.more)) more.set(Number(render), left);
    for (const [kind] of calls.kinds) kinds.add(kind);
  };
  const giveUp = (): void => {
    unanswered = true;
    changed();
  };
  take(given);

  const stop = listen(model, "msg:custom", (content: { type?: unknown; id?: unknown } | null) => {
    const id = content?.id;
    const renders = typeof id === "string" ? asked.get(id) : undefined;
    if (content?.type !== "calls" || typeof id !== "string" || !renders) return;
    asked.delete(id);
    if (!asked.size) clearTimeout(timer);
    unanswered = false;
    const calls = validCalls(content);
    if (calls) take(calls);
    // Those for which there was no room are asked for again; where there was none at all, nobody has them.
    if (!calls || !renders.some((one) => flats.has(one))) for (const one of renders) hopeless.add(one);
    changed();
  });

  return {
    of: (render) => {
      const known = read.get(render);
      const flat = flats.get(render);
      if (known || !flat) return known;
      const calls = readCalls(...flat);
      read.set(render, calls);
      return calls;
    },
    moreOf: (render) => more.get(render) ?? 0,
    want: (renders) => {
      const pending = new Set([...asked.values()].flat());
      const missing = renders.filter((one) => !flats.has(one) && !pending.has(one) && !hopeless.has(one)).slice(0, MOST);
      if (!missing.length) return;
      const id = `${mine}-${count++}`;
      asked.set(id, missing);
      clearTimeout(timer);
      timer = setTimeout(giveUp, PATIENCE);
      try {
        model.send({ type: "calls", id, renders: missing });
      } catch {
        // Without a kernel there is no channel to send on.
        asked.delete(id);
        for (const one of missing) hopeless.add(one);
        clearTimeout(timer);
        giveUp();
      }
    },
    isUnanswered: () => unanswered,
    get kinds() {
      return [...kinds].sort();
    },
    close: () => {
      clearTimeout(timer);
      stop();
    },
  };
}
