// The strip at the bottom: how the result stands to the template, and where what is pointed at came from.

import { short, times } from "../editor/values";
import type { Life } from "../kernel";
import type { Value } from "../messages";
import { duration } from "../panels/trace";
import type { Origin, Source, Step, Written } from "../provenance";
import { h } from "./dom";

export type State = "fresh" | "rendering" | "behind" | "broken" | "waiting" | "gone" | "empty";

export interface Facts {
  readonly life: Life;
  readonly busy: boolean;
  readonly behind: boolean;
  readonly ok: boolean | null;
}

/** How the result stands to the template. */
export function stateOf({ life, busy, behind, ok }: Facts): State {
  if (life === "gone") return "gone";
  if (life === "waiting") return "waiting";
  if (busy) return "rendering";
  if (ok === null) return "empty";
  if (behind) return "behind";
  return ok ? "fresh" : "broken";
}

const WORDS: Record<State, string> = {
  fresh: "up to date",
  rendering: "rendering…",
  behind: "behind the template",
  broken: "error: shows the last good result",
  waiting: "kernel is busy: shows the last result",
  gone: "no kernel: shows the last result",
  empty: "no result yet",
};

/** What is pointed at, in parts: text, and places to go to. */
export type Part = string | { readonly text: string; readonly place: Source } | { readonly code: string };

const at = (source: Source): Part => ({ text: `${source.template} ${source.line}:${source.column}`, place: source });

const called = (step: Step): Part[] => {
  if (step.kind === "loop") return [", ", step.name];
  // The template that everything starts from was called from nowhere: it tells nothing.
  if (step.kind === "template" && !step.from) return [];
  const bringing = { include: "included", import: "imported" }[step.kind];
  if (bringing && step.from) return [`, ${bringing} from `, at(step.from)];
  const named: Part[] = [", in ", step.kind, step.name ? " " : "", ...(step.name ? [{ code: step.name }] : [])];
  return step.from ? [...named, ", called from ", at(step.from)] : named;
};

const valued = (value: Value | null): Part[] =>
  value ? [" = ", { code: short(value[2], 48) }, ` (${value[3]}, ran ${times(value[1])})`] : [];

/** "`card.title` at cards.html 4:12, in macro card, called from page.html 9:3". */
export function originParts(origin: Origin, expression: string, isPlain: boolean): Part[] {
  if (!origin.source) return ["No template code is known for this piece"];
  const what: Part = isPlain ? "text" : { code: short(expression, 48) };
  return [what, " at ", at(origin.source), ...origin.steps.flatMap(called)];
}

/** "`card.title` wrote 3 pieces = 'x' (str, ran 3 times)". */
export function writtenParts(written: Written, expression: string): Part[] {
  const count = written.pieces === 1 ? "1 piece" : `${written.pieces.toLocaleString("en")} pieces`;
  return [{ code: short(expression, 48) }, written.pieces ? ` wrote ${count}` : " wrote nothing", ...valued(written.value)];
}

export interface Status {
  readonly element: HTMLElement;
  state(state: State, seconds: number | null, characters: number | null): void;
  /** What is pointed at; `next` goes to the next of the `places` that it wrote. */
  say(parts: readonly Part[], next: (() => void) | null, places: number): void;
}

// What takes less is over before it is read.
const FLICKER = 150;

/** Parameters: `pick`, called with a place that was chosen. */
export function makeStatus(pick: (source: Source) => void): Status {
  const word = h("span", { class: "state-word" });
  const live = h("span", { class: "state", role: "status", "aria-live": "polite" }, h("span", { class: "dot", "aria-hidden": "true" }), word);
  const figures = h("span", { class: "figures" });
  const chain = h("span", { class: "chain", role: "status", "aria-live": "polite" });
  const element = h("div", { class: "status" }, live, figures, chain);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let said = "";
  let goNext: (() => void) | null = null;

  const draw = (state: State): void => {
    element.dataset.state = state;
    if (word.textContent !== WORDS[state]) word.textContent = WORDS[state];
  };

  return {
    element,
    state: (state, seconds, characters) => {
      clearTimeout(timer);
      const passing = state === "rendering" || state === "behind";
      if (passing && element.dataset.state) timer = setTimeout(draw, FLICKER, state);
      else draw(state);
      figures.textContent = [
        ...(seconds === null ? [] : [duration(seconds)]),
        ...(characters === null ? [] : [`${characters.toLocaleString("en")} characters`]),
      ].join(" · ");
    },
    say: (parts, next, places) => {
      goNext = next;
      const key = JSON.stringify([parts, next ? places : 0]);
      if (key === said) return;
      said = key;
      chain.replaceChildren(
        ...parts.map((part) => {
          if (typeof part === "string") return document.createTextNode(part);
          if ("code" in part) return h("code", {}, part.code);
          return h("button", { type: "button", class: "place", title: "Go there", onclick: () => pick(part.place) }, part.text);
        }),
        ...(next ? [h("button", { type: "button", class: "place next", onclick: () => goNext?.() }, places > 1 ? "show next" : "show")] : []),
      );
      // All of it, where the strip is too short.
      chain.title = parts.map((part) => (typeof part === "string" ? part : "code" in part ? part.code : part.text)).join("");
    },
  };
}
