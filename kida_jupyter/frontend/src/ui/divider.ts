// A line between two parts that can be moved by pointer and by keyboard.

import { h, setAttribute } from "./dom";

export interface Divider {
  readonly element: HTMLElement;
  show(value: number, vertical: boolean): void;
}

export interface DividerOptions {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** How far an arrow key goes. */
  readonly step: number;
  /** The value that a place of the pointer stands for. */
  readonly valueAt: (event: PointerEvent) => number;
  /** Called while it moves, and with `done` when it has arrived. */
  readonly moved: (value: number, done: boolean) => void;
}

export function makeDivider(options: DividerOptions): Divider {
  const { min, max, step } = options;
  let value = min;
  let isVertical = true;
  const element = h("div", {
    role: "separator",
    tabindex: 0,
    class: "divider",
    "aria-label": options.label,
    "aria-valuemin": min,
    "aria-valuemax": max,
  });
  const within = (wanted: number): number => Math.min(max, Math.max(min, wanted));
  const draw = (): void => {
    setAttribute(element, "aria-valuenow", Math.round(value));
    setAttribute(element, "aria-orientation", isVertical ? "vertical" : "horizontal");
  };
  const move = (wanted: number, done: boolean): void => {
    value = within(wanted);
    draw();
    options.moved(value, done);
  };

  element.addEventListener("pointerdown", (down) => {
    down.preventDefault();
    element.focus();
    element.setPointerCapture(down.pointerId);
    element.classList.add("moving");
    const follow = (event: PointerEvent): void => move(options.valueAt(event), false);
    const stop = (): void => {
      element.removeEventListener("pointermove", follow);
      element.classList.remove("moving");
      move(value, true);
    };
    element.addEventListener("pointermove", follow);
    element.addEventListener("lostpointercapture", stop, { once: true });
  });
  element.addEventListener("keydown", (event) => {
    const [less, more] = isVertical ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const wanted = { [less as string]: value - step, [more as string]: value + step, Home: min, End: max }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    move(wanted, true);
  });

  return {
    element,
    show: (next, vertical) => {
      value = within(next);
      isVertical = vertical;
      draw();
    },
  };
}
