// The strip that shows all of the time, and which part of it is seen below: the part can be taken and moved.

import { h } from "../ui/dom";
import { type Painted, fit, paintOverview } from "./painting";
import { type Extent, type View, all, isAll, spanOf, within, xOf } from "./view";

export interface Overview {
  readonly element: HTMLElement;
  /** Draws the strip: when its width or its colours change. */
  paint(painted: Painted): void;
  /** Shows which part is seen. */
  show(view: View): void;
}

const HEIGHT = 28;
/** The part that is seen can be found, however small it is. */
const LEAST = 6;

/** Parameters: `extent`; `move`, called with what shall be seen. */
export function makeOverview(extent: Extent, move: (view: View) => void): Overview {
  const canvas = h("canvas", {});
  const seen = h("div", { class: "seen" });
  // For pointers alone: what it does, keys do in the lanes, and the words above say where one is.
  const element = h("div", { class: "overview", "aria-hidden": "true" }, canvas, seen);
  let view = all(extent);
  let width = 0;

  const timeOf = (event: PointerEvent): number => ((event.clientX - element.getBoundingClientRect().left) / Math.max(1, width)) * extent.whole;
  element.addEventListener("pointerdown", (down) => {
    if (down.button !== 0) return;
    down.preventDefault();
    element.setPointerCapture(down.pointerId);
    const at = timeOf(down);
    const length = spanOf(view);
    const isInside = at >= view.from && at <= view.to && !isAll(view, extent);
    const offset = isInside ? at - view.from : length / 2;
    const follow = (event: PointerEvent): void => {
      const now = timeOf(event);
      // Where all is seen there is nothing to move: a drag marks what shall be.
      if (isAll(view, extent) || isMarking) {
        isMarking = true;
        const [from, to] = [Math.min(at, now), Math.max(at, now)];
        if (((to - from) / extent.whole) * width > LEAST) move(within({ from, to }, extent));
      } else move(within({ from: now - offset, to: now - offset + length }, extent));
    };
    let isMarking = false;
    if (!isAll(view, extent)) follow(down);
    element.addEventListener("pointermove", follow);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", follow), { once: true });
  });

  return {
    element,
    paint: (painted) => {
      width = painted.width;
      const context = fit(canvas, width, HEIGHT);
      if (context) paintOverview(context, { ...painted, view: all(extent) }, HEIGHT);
    },
    show: (next) => {
      view = next;
      const left = xOf(all(extent), width, view.from);
      const wide = Math.max(LEAST, xOf(all(extent), width, view.to) - left);
      seen.style.left = `${Math.min(left, width - wide)}px`;
      seen.style.width = `${wide}px`;
      element.classList.toggle("whole", isAll(view, extent));
    },
  };
}
