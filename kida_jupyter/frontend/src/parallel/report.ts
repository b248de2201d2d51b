// The view's HTML as Python made it, and its rows, differences and errors as places that the timeline leads to and back.

import type { Undo } from "../model";
import { h, setAttribute } from "../ui/dom";
import styles from "./report.css";

export interface Report {
  /** The view's outermost element; its style has the colours. */
  readonly element: HTMLElement;
  /** Puts a live timeline in the place of the drawn ones. */
  place(live: HTMLElement): void;
  /** Makes the numbers of rows, differences and errors lead to the timeline, and tells which one the pointer is over. */
  link(go: (render: number) => void, over: (render: number | null) => void): void;
  /** What there is to read of a render: its error, its difference, its row. */
  partsOf(render: number): Part[];
  /** Marks the row of a render, and takes other marks away. */
  mark(render: number | null): void;
  /** Brings a part to be seen, and gives it the focus where that is wanted. */
  reveal(part: Part, focus: boolean): void;
  close: Undo;
}

export interface Part {
  readonly what: "row" | "error" | "difference";
  readonly element: HTMLElement;
}

const MARKED = "in-timeline";

/** Puts the HTML in. Parameters: `el`, for it; `html`; `key`, what its static form on the same page is known by. */
export function openReport(el: HTMLElement, html: string, key: string): Report {
  // Jupyter's keys are for cells, and this has keys of its own.
  const holder = h("div", { class: "kida-parallel-live", "data-lm-suppress-shortcuts": "true" });
  holder.innerHTML = html;
  el.append(h("style", {}, styles), holder);
  const element = holder.querySelector<HTMLElement>(".kida-parallel") ?? holder;

  // JupyterLab knows where links of an output lead, but not those of a widget: the same link of the static form does it.
  holder.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a[href]");
    if (!link) return;
    const at = [...holder.querySelectorAll("a[href]")].indexOf(link);
    const same = document.querySelectorAll<HTMLElement>(`.kida-parallel-static-${CSS.escape(key)} a[href]`)[at];
    if (!same) return;
    event.preventDefault();
    same.click();
  });

  // What scrolls must scroll by keyboard, too.
  const observer = new ResizeObserver((changes) => {
    for (const { target } of changes) setAttribute(target, "tabindex", target.scrollWidth > target.clientWidth ? 0 : null);
  });
  for (const scroller of element.querySelectorAll("pre")) observer.observe(scroller);

  const within = (render: number): HTMLElement[] => [...element.querySelectorAll<HTMLElement>(`[data-render="${render}"]`)];
  const partOf = (found: HTMLElement): Part => ({
    what: found.tagName === "TR" ? "row" : found.querySelector(".kida-error") ? "error" : "difference",
    element: found,
  });
  let marked: HTMLElement | null = null;

  return {
    element,
    place: (live) => {
      element.querySelector("[data-timeline]")?.replaceChildren(live);
      element.querySelector("[data-closer]")?.remove();
    },
    link: (go, over) => {
      for (const found of element.querySelectorAll<HTMLElement>("[data-render]")) {
        const render = Number(found.dataset.render);
        found.addEventListener("pointerenter", () => over(render));
        found.addEventListener("pointerleave", () => over(null));
        const button = h(
          "button",
          {
            type: "button",
            class: "go-to-timeline",
            title: "Show it in the timeline",
            "aria-label": `Show context ${render} in the timeline`,
            onclick: (event: Event) => {
              event.preventDefault();
              go(render);
            },
          },
          found.tagName === "TR" ? String(render) : "in the timeline",
        );
        if (found instanceof HTMLTableRowElement) found.cells.item(0)?.replaceChildren(button);
        else found.querySelector("summary")?.after(h("p", { class: "in-the-timeline" }, button));
      }
    },
    partsOf: (render) => within(render).map(partOf),
    mark: (render) => {
      if (marked) setAttribute(marked, "aria-current", null);
      marked?.classList.remove(MARKED);
      marked = render === null ? null : (within(render).find((one) => one.tagName === "TR") ?? null);
      marked?.classList.add(MARKED);
      if (marked) setAttribute(marked, "aria-current", "true");
    },
    reveal: (part, focus) => {
      for (let at: HTMLElement | null = part.element; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
      part.element.scrollIntoView({ block: "nearest" });
      const target = part.element.querySelector<HTMLElement>(part.what === "row" ? "button" : "summary");
      if (focus) target?.focus({ preventScroll: true });
    },
    close: () => observer.disconnect(),
  };
}
