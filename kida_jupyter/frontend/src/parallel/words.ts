// What is said of a render or a call: in a tooltip, and in a line.

import type { Call } from "./calls";
import type { Render, State } from "./renders";
import { lasting, moment } from "./view";

export const SIGNS: Readonly<Record<State, string>> = { equal: "✓", failed: "!", differs: "≠" };

export interface Facts {
  readonly state: State | "call" | "left";
  readonly title: string;
  /** Code: the context, or what was called. */
  readonly code: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
  /** The outcome, in words. */
  readonly said: string;
}

/** What is within a render: `calls` is null where they are not here, which `note` tells; `more` are left out. */
export interface Within {
  readonly calls: readonly Call[] | null;
  readonly more: number;
  readonly note: string;
}

const times = (ratio: number): string => (ratio >= 10 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(1));

export function factsOfRender(render: Render, worker: string, { calls, more, note }: Within): Facts {
  const took = render.end - render.start;
  const ratio = render.alone ? took / render.alone : null;
  const alone = render.alone === null ? "it never ran alone" : lasting(render.alone);
  const count = calls === null ? note : `${(calls.length + more).toLocaleString("en")}${more ? `, ${more.toLocaleString("en")} of them not drawn` : ""}`;
  return {
    state: render.state,
    title: `Context ${render.index}`,
    code: render.context,
    rows: [
      ["worker", worker],
      ["began", `${moment(render.start, 0.01)} after the first`],
      ["took", lasting(took)],
      ["alone", ratio !== null && ratio >= 1.05 ? `${alone}: here ${times(ratio)} times as long` : alone],
      ["calls", count],
      ...(render.failure ? ([["failed", render.failure]] as const) : []),
    ],
    said: render.said,
  };
}

export function factsOfCall(call: Call, calls: readonly Call[], render: Render): Facts {
  const isInnermost = !calls.some((one) => one.failed && calls[one.parent] === call);
  const took = call.end - call.start;
  const share = render.end > render.start ? took / (render.end - render.start) : 1;
  return {
    state: call.failed ? "left" : "call",
    title: call.kind,
    code: call.name,
    rows: [
      ["at", call.place],
      ["began", `${lasting(call.start)} into the render`],
      ["took", `${lasting(took)}, ${Math.round(share * 100)} % of it`],
      ["in", `context ${render.index}`],
    ],
    said: call.failed ? (isInnermost ? "left by the error: it failed here" : "left by the error") : "",
  };
}

/** The facts as one sentence for a line that is read out. */
export const asLine = (facts: Facts): string =>
  [
    `${facts.title}${facts.code ? ` ${facts.code}` : ""}`,
    ...facts.rows.map(([name, value]) => `${name} ${value}`),
    ...(facts.said ? [facts.said] : []),
  ].join("; ");
