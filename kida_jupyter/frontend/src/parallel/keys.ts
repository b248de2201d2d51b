// What the keys mean in the timeline.

import type { Step } from "./walking";

export type Action =
  | { readonly do: "step"; readonly step: Step }
  | { readonly do: "pan" | "zoom" | "wrong"; readonly by: 1 | -1 }
  | { readonly do: "all" | "enter" | "back" | "row" };

const STEPS: ReadonlyMap<string, Step> = new Map([
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
  ["Home", "first"],
  ["End", "last"],
]);
const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["+", { do: "zoom", by: 1 }],
  ["=", { do: "zoom", by: 1 }],
  ["-", { do: "zoom", by: -1 }],
  ["_", { do: "zoom", by: -1 }],
  ["0", { do: "all" }],
  ["Enter", { do: "enter" }],
  ["Escape", { do: "back" }],
  ["n", { do: "wrong", by: 1 }],
  ["p", { do: "wrong", by: -1 }],
  ["r", { do: "row" }],
]);
/** The same in words, for who cannot see what there is to point at. */
export const HELP =
  "Left and right arrow go from render to render, up and down from lane to lane. Enter zooms to a render, and once more goes to the calls within it. " +
  "Escape goes back. Plus and minus zoom, 0 shows all, shift with an arrow moves along. N and P go through the renders that differ or failed, R goes to the row of the selected one.";

/** What a key is for; null is the page's. */
export function actionOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const step = STEPS.get(event.key);
  if (event.shiftKey && (step === "left" || step === "right")) return { do: "pan", by: step === "left" ? -1 : 1 };
  return step ? { do: "step", step } : (ACTIONS.get(event.key) ?? null);
}
