// What is said of what one points at, beside it.

import { h } from "../ui/dom";
import { type Facts, SIGNS } from "./words";

export interface Tooltip {
  readonly element: HTMLElement;
  /** Parameters: `facts`; `box`, where what it tells of stands in the element around; `width`, that one's. */
  show(facts: Facts, box: Box, width: number): void;
  hide(): void;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const AWAY = 8;
/** What a notebook's page has above and below its cells, or so. */
const EDGE = 36;

export function makeTooltip(): Tooltip {
  const element = h("div", { class: "tooltip", role: "tooltip", hidden: true });
  let said = "";
  return {
    element,
    show: (facts, box, width) => {
      const key = JSON.stringify(facts);
      if (key !== said) element.replaceChildren(...contents(facts));
      said = key;
      element.hidden = false;
      const { offsetWidth: wide, offsetHeight: high } = element;
      const inside = (x: number): number => Math.min(width, Math.max(0, x));
      const middle = (inside(box.left) + inside(box.left + box.width)) / 2;
      const left = Math.min(Math.max(0, width - wide), Math.max(0, middle - wide / 2));
      // Below it, so that what is above stays in sight, but not below the window.
      const above = box.top - AWAY - high;
      const below = box.top + box.height + AWAY;
      const corner = element.parentElement?.getBoundingClientRect().top ?? 0;
      const isBelow = corner + below + high <= window.innerHeight - EDGE || corner + above < EDGE;
      element.style.left = `${left}px`;
      element.style.top = `${isBelow ? below : above}px`;
    },
    hide: () => {
      element.hidden = true;
    },
  };
}

function contents(facts: Facts): Node[] {
  const sign = facts.state === "call" ? "" : facts.state === "left" ? "✗" : SIGNS[facts.state];
  return [
    h("p", { class: "title" }, facts.title, facts.code ? " " : "", facts.code ? h("code", {}, facts.code) : null),
    h("dl", {}, ...facts.rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    ...(facts.said ? [h("p", { class: `said ${facts.state}` }, h("span", { "aria-hidden": "true" }, sign), ` ${facts.said}`)] : []),
  ];
}
