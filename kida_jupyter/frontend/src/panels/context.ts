// The variables that the template reads: where each comes from, what it is; and what this playground puts in its place.

import { short } from "../editor/values";
import type { Overrides, Variable } from "../messages";
import { h } from "../ui/dom";

export interface Panel {
  readonly element: HTMLElement;
}

export interface ContextPanel extends Panel {
  show(variables: readonly Variable[], overrides: Overrides): void;
}

const ORIGINS: Record<Variable["origin"], string> = {
  notebook: "notebook",
  override: "override",
  given: "given",
  global: "global",
  missing: "missing",
};

const STRING = /"(?:[^"\\]|\\.)*"/g;
// An integer with more digits than Python takes from a text: sys.set_int_max_str_digits.
const LONG_INTEGER = /(?<![\d.eE+])\d{4301,}(?![\d.eE])/;

/** What is wrong with a text as JSON, in words; empty where nothing is. */
export function wrongAsJson(text: string): string {
  try {
    JSON.parse(text);
    return LONG_INTEGER.test(text.replace(STRING, '""')) ? "an integer of more than 4,300 digits is none that Python reads" : "";
  } catch (error) {
    const bare = /^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(text.trim());
    return bare ? `not JSON: text goes in quotes, "${text.trim()}"` : `not JSON: ${(error as Error).message}`;
  }
}

/** Parameters: `override`, called with the JSON of what a variable shall be here, or null for what it is elsewhere. */
export function makeContextPanel(override: (name: string, text: string | null) => void): ContextPanel {
  const body = h("tbody");
  const empty = h("p", { class: "quiet empty" }, "The template reads no variables.");
  const table = h(
    "table",
    { class: "grid" },
    h("caption", { class: "for-readers" }, "Variables that the template reads"),
    h(
      "thead",
      {},
      h("tr", {}, ...["Name", "From", "Type", "Value", "Reads", "In this playground"].map((it) => h("th", { scope: "col" }, it))),
    ),
    body,
  );
  const element = h("div", { class: "panel-body" }, table, empty);
  // A row in which somebody types is not drawn anew under their hands.
  let editing = "";
  let latest: [readonly Variable[], Overrides] = [[], {}];

  const draw = (): void => {
    const [variables, overrides] = latest;
    // Overridden ones stay, to be reset, when the template reads them no more.
    const names = new Set(variables.map((it) => it.name));
    const unread = Object.keys(overrides)
      .filter((name) => !names.has(name))
      .map((name): Variable => ({ name, origin: "override", type: "", value: overrides[name] ?? "", json: overrides[name] ?? null, reads: 0 }));
    const all = [...variables, ...unread];
    empty.hidden = all.length > 0;
    table.hidden = all.length === 0;
    const focused = focusedRow();
    const kept = editing ? [...body.children].find((it) => (it as HTMLElement).dataset.name === editing) : undefined;
    body.replaceChildren(...all.map((it) => (it.name === editing && kept ? kept : row(it, overrides))));
    if (kept?.isConnected) (kept.querySelector("input") as HTMLInputElement | null)?.focus();
    else if (focused) focusRow(focused);
  };

  const focusedRow = (): string => {
    const active = (element.getRootNode() as Document | ShadowRoot).activeElement;
    return active && body.contains(active) ? ((active.closest("tr") as HTMLElement).dataset.name ?? "") : "";
  };
  const focusRow = (name: string): void => (body.querySelector(`[data-name="${CSS.escape(name)}"] button`) as HTMLElement | null)?.focus();

  const stop = (name: string): void => {
    editing = "";
    draw();
    focusRow(name);
  };

  const row = (it: Variable, overrides: Overrides): HTMLElement => {
    const isOverridden = it.name in overrides;
    const cell = h("td", { class: "override" });
    const verb = isOverridden ? "Change" : it.origin === "missing" ? "Give a value" : "Override";
    const edit = h(
      "button",
      { type: "button", class: "small", "aria-label": `${verb}: ${it.name}`, onclick: () => startEditing(it, overrides, cell) },
      verb,
    );
    cell.append(edit);
    if (isOverridden)
      cell.append(
        h(
          "button",
          { type: "button", class: "small", "aria-label": `Reset: ${it.name}`, onclick: () => { override(it.name, null); stop(it.name); } },
          "Reset",
        ),
      );
    return h(
      "tr",
      { "data-name": it.name, class: it.origin },
      h("th", { scope: "row" }, h("code", {}, it.name)),
      h("td", {}, h("span", { class: `origin ${it.origin}` }, ORIGINS[it.origin])),
      h("td", {}, h("code", {}, it.type)),
      h("td", { class: "value", title: it.value }, h("code", {}, it.origin === "missing" ? "—" : short(it.value, 120))),
      h("td", { class: "number" }, it.reads ? `×${it.reads}` : "—"),
      cell,
    );
  };

  const startEditing = (it: Variable, overrides: Overrides, cell: HTMLElement): void => {
    editing = it.name;
    const start = it.name in overrides ? overrides[it.name] : it.json;
    const said = h("span", { class: "input-error", role: "alert" });
    const input = h("input", {
      type: "text",
      class: "json",
      spellcheck: "false",
      "aria-label": `${it.name} in this playground, as JSON`,
      placeholder: 'JSON, as "text", 3 or [1, 2]',
      value: start ?? "",
    });
    const form = h("form", { class: "override-form", onsubmit: (event: SubmitEvent) => {
      event.preventDefault();
      const wrong = wrongAsJson(input.value);
      if (wrong) {
        said.textContent = wrong;
        input.setAttribute("aria-invalid", "true");
        return;
      }
      override(it.name, input.value.trim());
      stop(it.name);
    } }, input, h("button", { type: "submit", class: "small" }, "Set"), h("button", { type: "button", class: "small", onclick: () => stop(it.name) }, "Cancel"), said);
    input.addEventListener("input", () => {
      said.textContent = "";
      input.removeAttribute("aria-invalid");
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") stop(it.name);
    });
    cell.replaceChildren(form);
    input.focus();
    input.select();
  };

  return {
    element,
    show: (variables, overrides) => {
      latest = [variables, overrides];
      draw();
    },
  };
}
