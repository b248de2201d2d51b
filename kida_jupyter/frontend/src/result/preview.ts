// The preview: an output made a page, as far as it is worth drawing, in the frame.

import type { Format } from "../messages";
import type { Undo } from "../model";
import type { Range } from "../positions";
import { h } from "../ui/dom";
import { cleanPage } from "./clean";
import { type Frame, type FrameEvents, openFrame } from "./frame";
import { markdownPage } from "./markdown";

export interface Preview {
  readonly element: HTMLElement;
  readonly frame: Frame;
  show(output: string, format: Format): void;
  light(lit: readonly Range[], here: Range | null): void;
  reveal(range: Range): void;
  close: Undo;
}

// A page of this many characters is parsed and laid out within a few frames of the screen; more waits for a click.
const LIMIT = 400_000;

export function makePreview(events: FrameEvents): Preview {
  const frame = openFrame(events);
  const said = h("span", {});
  const note = h(
    "div",
    { class: "pane-note", hidden: true },
    said,
    h("button", { type: "button", class: "small", onclick: () => showAll() }, "Show all"),
  );
  const element = h("div", { class: "preview" }, note, frame.element);
  let shown = "";
  let shownFormat: Format | "" = "";
  let limit = LIMIT;

  const draw = (): void => {
    const part = shown.length > limit ? shown.slice(0, limit) : shown;
    note.hidden = shown.length <= limit;
    said.textContent = `Shows the first ${limit.toLocaleString("en")} of ${shown.length.toLocaleString("en")} characters `;
    frame.show(shownFormat === "markdown" ? markdownPage(part) : cleanPage(part));
  };
  const showAll = (): void => {
    limit = Number.POSITIVE_INFINITY;
    draw();
  };

  return {
    element,
    frame,
    show: (output, format) => {
      if (output === shown && format === shownFormat) return;
      // Asking for all is for one result that is too large, not for every one that follows.
      if (output.length <= LIMIT) limit = LIMIT;
      [shown, shownFormat] = [output, format];
      draw();
    },
    light: (lit, here) => frame.light(lit, here),
    reveal: (range) => frame.reveal(range),
    close: () => frame.close(),
  };
}
