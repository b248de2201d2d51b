// The words in and below the lanes: whose they are, what the colours mean, and what is left out.

import { h } from "../ui/dom";
import { hasFailed } from "./calls";
import type { Colours } from "./colours";
import { type Layout, laneTop } from "./layout";
import type { Timeline } from "./messages";
import { SIGNS } from "./words";

/** Parameters: `data`; `kinds`, of the calls that can be seen. */
export function drawLegend(data: Timeline, kinds: readonly string[]): HTMLElement {
  const present = new Set(data.bars.state);
  const states = data.states.filter((_, number) => present.has(number));
  const key = (name: string, said: string, sign = ""): HTMLElement =>
    h("span", {}, h("i", { class: `key ${name}`, "data-of": name, "aria-hidden": "true" }, sign), said);
  return h(
    "p",
    { class: "legend" },
    ...states.map(([name, said]) => key(name, said, name === "failed" || name === "differs" ? SIGNS[name] : "")),
    ...kinds.map((kind) => key(kind, kind)),
    hasFailed(data.calls) ? key("left", "left by an error: the innermost is where the render failed", "✗") : null,
    data.more_lanes ? h("span", {}, `… ${data.more_lanes.toLocaleString("en")} more workers`) : null,
    data.more_renders ? h("span", {}, `… ${data.more_renders.toLocaleString("en")} more renders`) : null,
    data.clocks > 1 ? h("span", {}, "each machine's clock begins at its own first render") : null,
  );
}

/** Gives the keys the colours of what they stand for. */
export function colourLegend(legend: HTMLElement, colours: Colours): void {
  const states: Readonly<Record<string, string>> = { equal: colours.bar, failed: colours.failed, differs: colours.differs, left: "transparent" };
  for (const key of legend.querySelectorAll<HTMLElement>("[data-of]")) {
    const name = key.dataset.of ?? "";
    key.style.background = states[name] ?? colours.kind(name);
  }
}

/** The names of the lanes, and what each had to do. */
export function nameLanes(data: Timeline, layout: Layout): HTMLElement[] {
  return data.lanes.flatMap((lane, at) => {
    const renders = `${lane.renders.toLocaleString("en")} ${lane.renders === 1 ? "render" : "renders"}`;
    const words = [
      h("span", { class: "lane-name", title: lane.title }, lane.name),
      h("span", { class: "lane-figures" }, `${renders}, busy ${Math.round(lane.busy * 100)} %`),
    ];
    for (const one of words) one.style.top = `${laneTop(layout, at)}px`;
    return words;
  });
}
