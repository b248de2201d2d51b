// The result's side of the playground: preview, text, changes, and the error over the last good result.

import type { Failure, Format, Result, ResultTab } from "../messages";
import { FORMATS } from "../messages";
import { type Undo, Undos } from "../model";
import type { Range } from "../positions";
import { hasPreview } from "../language/formats";
import type { Ask } from "../requests";
import type { Session } from "../session";
import { freshId, h, setAttribute } from "../ui/dom";
import { makeTabs } from "../ui/tabs";
import { makeDiffView } from "./diff";
import { makePreview } from "./preview";
import { makeTextView } from "./text";

export interface ResultPane {
  readonly element: HTMLElement;
  draw(result: Result | null): void;
  light(lit: readonly Range[], here: Range | null): void;
  /** Brings a range of the output into view, in the tab that is shown. */
  reveal(range: Range): void;
  theme(theme: "light" | "dark"): void;
  close: Undo;
}

export interface ResultPlace {
  readonly root: ShadowRoot;
  readonly ask: Ask;
  readonly session: Session;
  readonly point: (place: Range | null) => void;
  readonly pick: (place: Range) => void;
  /** A key was pressed in the preview; true if it meant something. */
  readonly step: (by: 1 | -1) => void;
}

// Longer than the pause between two keys.
const ERROR_DELAY = 300;

const FORMAT_NAMES: Record<Format, string> = {
  html: "HTML",
  markdown: "Markdown",
  text: "Text",
  latex: "LaTeX",
  json: "JSON",
  svg: "SVG",
  sql: "SQL",
  yaml: "YAML",
};

export function makeResultPane({ root, ask, session, point, pick, step }: ResultPlace): ResultPane {
  const undos = new Undos();
  const panel = freshId("result");
  const tabs = makeTabs("Result", panel, (name) => session.see({ tab: name as ResultTab }));
  const pin = h("button", { type: "button", class: "small toggle", onclick: () => togglePin() }, "Pin");
  const formats = h(
    "select",
    { class: "small", "aria-label": "Format of the result", onchange: () => session.change({ format: formats.value as Format }) },
    ...FORMATS.map((it) => h("option", { value: it }, FORMAT_NAMES[it])),
  );
  const bar = h("div", { class: "bar" }, tabs.element, h("span", { class: "grow" }), pin, formats);

  const preview = makePreview({
    point,
    pick,
    key: (event) => {
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
        event.preventDefault();
        step(event.key === "ArrowRight" ? 1 : -1);
      } else if (event.key === "Enter" && here) pick(here);
      else if (event.key === "Escape") tabs.focus();
    },
  });
  const text = makeTextView(root, { point, pick });
  const diff = makeDiffView(root);

  const cutWords = h("span", {});
  const cutNote = h(
    "div",
    { class: "pane-note", hidden: true },
    cutWords,
    h("button", { type: "button", class: "small", onclick: () => void fetchWhole() }, "Show all"),
  );
  const holder = h("div", { class: "result-holder" });
  const error = h("div", { class: "error-holder", role: "region", "aria-label": "Error", tabindex: 0, hidden: true });
  const body = h("div", { class: "result-body", id: panel, role: "tabpanel", "aria-label": "Result" }, cutNote, holder, error);
  const element = h("section", { class: "pane result-pane", "aria-label": "Result" }, bar, body);
  // All stay where they are once they are there: moving a frame would load it anew.
  holder.append(preview.element, h("div", { class: "text-view" }, text.view.dom), diff.element);
  const views: Record<ResultTab, Element> = { preview: preview.element, text: holder.children[1] as Element, diff: diff.element };

  let result: Result | null = null;
  let before: string | null = null;
  let good: string | null = null;
  let whole: { result: Result; output: string } | null = null;
  let lights: { lit: readonly Range[]; here: Range | null } = { lit: [], here: null };
  let here: Range | null = null;
  let shownError = "";
  let errorDue: ReturnType<typeof setTimeout> | undefined;

  const tab = (): ResultTab => {
    const wanted = session.show().tab;
    return wanted === "preview" && !hasPreview(session.format()) ? "text" : wanted;
  };
  const output = (): string => (whole && whole.result === result ? whole.output : (result?.output ?? ""));

  const draw = (): void => {
    const format = session.format();
    const current = tab();
    const { pinned } = session.show();
    tabs.show(
      [
        ...(hasPreview(format) ? [{ name: "preview", label: "Preview" }] : []),
        { name: "text", label: "Text" },
        { name: "diff", label: "Diff" },
      ],
      current,
    );
    for (const [name, view] of Object.entries(views)) setAttribute(view, "hidden", name !== current);
    formats.value = format;
    pin.textContent = pinned === null ? "Pin" : "Pinned";
    pin.title = pinned === null ? "Compare with this result from now on" : "Compare with the result before the last change again";
    pin.disabled = !result && pinned === null;
    setAttribute(pin, "aria-pressed", String(pinned !== null));
    if (current === "preview") preview.show(output(), format);
    else if (current === "text") text.show(output(), format);
    else diff.show(pinned ?? before, output(), pinned !== null ? "the pinned result" : "the result before");
    drawError();
    drawCut();
    drawLights();
  };

  /** While somebody types, what is broken mends itself within a few keys: that shall not flicker. */
  const drawError = (): void => {
    const failure = result && !result.ok ? result.error : null;
    clearTimeout(errorDue);
    const isNew = failure !== null && error.hidden && good !== null;
    if (isNew) errorDue = setTimeout(drawErrorNow, ERROR_DELAY, failure);
    else drawErrorNow(failure);
  };

  const drawErrorNow = (failure: Failure | null): void => {
    element.classList.toggle("broken", failure !== null);
    error.hidden = !failure;
    const html = failure?.html ?? "";
    if (html === shownError) return;
    shownError = html;
    // Made by Kida's own escaping template from the error; what the user's values say in it is escaped.
    error.innerHTML = html;
    error.scrollTop = 0;
    for (const excerpt of error.querySelectorAll("pre")) {
      // In a long line the part that failed may stand far to the right.
      const mark = excerpt.querySelector("mark");
      if (mark) excerpt.scrollLeft = mark.getBoundingClientRect().right - excerpt.getBoundingClientRect().right + 24;
    }
  };

  const drawCut = (): void => {
    const cut = result?.cut;
    cutNote.hidden = !cut || (whole !== null && whole.result === result);
    if (cut) cutWords.textContent = `Shows ${cut.shown.toLocaleString("en")} of ${cut.whole.toLocaleString("en")} characters `;
  };

  const drawLights = (): void => {
    const current = tab();
    if (current === "preview") preview.light(lights.lit, lights.here);
    else if (current === "text") text.light(lights.lit, lights.here);
  };

  const fetchWhole = async (): Promise<void> => {
    const asked = result;
    cutWords.textContent = "Fetching all of it… ";
    const answer = await ask({ type: "whole" }, 30_000);
    if (!asked) return;
    // Another result came meanwhile: all of that one is wanted now.
    if (asked !== result) return result?.cut ? fetchWhole() : undefined;
    if (answer) whole = { result: asked, output: answer.output };
    draw();
    if (!answer) cutWords.textContent = "The kernel does not answer. ";
  };

  const togglePin = (): void => session.see({ pinned: session.show().pinned === null ? output() : null });

  undos.add(session.on("show", draw), session.on("format", draw));

  return {
    element,
    draw: (next) => {
      if (next?.ok && next.output !== good) {
        before = good;
        good = next.output;
      }
      result = next;
      draw();
    },
    light: (lit, one) => {
      lights = { lit, here: one };
      here = one;
      drawLights();
    },
    reveal: (range) => {
      if (tab() === "preview") preview.reveal(range);
      else if (tab() === "text") text.reveal(range);
    },
    theme: (theme) => preview.frame.theme(theme),
    close: () => {
      clearTimeout(errorDue);
      undos.run();
      preview.close();
      text.close();
      diff.close();
    },
  };
}
