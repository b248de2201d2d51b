// What was called, how often and how long: a tree that can be folded, each row leading to its place.

import type { Call, Result } from "../messages";
import { type Source, sourceOf } from "../provenance";
import { h, setAttribute } from "../ui/dom";

export interface TracePanel {
  readonly element: HTMLElement;
  show(result: Result | null): void;
}

/** A row of the tree, in the order in which it is drawn. */
export interface Row {
  readonly index: number;
  readonly call: Call;
  readonly level: number;
  readonly hasChildren: boolean;
}

// A tree of more rows is not read but searched; Python merges calls by place, so few come near.
const ROWS = 1500;

/** The rows of a tree, children after their parent, slowest first; those within folded ones are left out. */
export function rowsOf(calls: readonly Call[], folded: ReadonlySet<string>): Row[] {
  const children = new Map<number, number[]>();
  calls.forEach((call, index) => {
    const siblings = children.get(call[6]) ?? [];
    siblings.push(index);
    children.set(call[6], siblings);
  });
  const rows: Row[] = [];
  const add = (parent: number, level: number): void => {
    const inside = [...(children.get(parent) ?? [])].sort((a, b) => (calls[b] as Call)[4] - (calls[a] as Call)[4]);
    for (const index of inside) {
      if (rows.length >= ROWS) return;
      const call = calls[index] as Call;
      rows.push({ index, call, level, hasChildren: children.has(index) });
      if (!folded.has(identity(calls, index))) add(index, level + 1);
    }
  };
  add(-1, 1);
  return rows;
}

/** What a call is called whatever else a new result brings, so that what was folded stays folded. */
export function identity(calls: readonly Call[], index: number): string {
  const parts: string[] = [];
  for (let call = calls[index]; call; call = calls[call[6]]) parts.push(`${call[0]} ${call[1]} ${call[2]}`);
  return parts.join(" < ");
}

/** A time for people. */
export function duration(seconds: number): string {
  const micro = seconds * 1e6;
  if (micro < 1) return "0 µs";
  if (micro < 999.5) return `${Math.round(micro)} µs`;
  if (micro < 999_500) return `${(micro / 1000).toFixed(micro < 10_000 ? 2 : micro < 100_000 ? 1 : 0)} ms`;
  return `${seconds.toFixed(2)} s`;
}

/** Parameters: `point`, called with a call when it is gone over; `pick`, with its place when it is chosen. */
export function makeTracePanel(point: (call: Call | null) => void, pick: (source: Source) => void): TracePanel {
  const body = h("tbody");
  const empty = h("p", { class: "quiet empty" }, "Nothing was called.");
  const table = h(
    "table",
    { class: "grid trace", role: "treegrid", "aria-label": "Calls. Left and right fold and unfold, Enter goes to the place in the template." },
    h(
      "thead",
      {},
      h("tr", {}, ...["What", "Where", "Count", "Time", "Own time"].map((it) => h("th", { scope: "col", role: "columnheader" }, it))),
    ),
    body,
  );
  const element = h("div", { class: "panel-body" }, table, empty);
  const folded = new Set<string>();
  let result: Result | null = null;
  let rows: Row[] = [];
  let current = 0;

  const rowAt = (at: number): HTMLElement | undefined => body.children[at] as HTMLElement | undefined;
  const focusRow = (at: number): void => {
    if (at < 0 || at >= rows.length) return;
    setAttribute(rowAt(current) ?? element, "tabindex", -1);
    current = at;
    setAttribute(rowAt(at) as HTMLElement, "tabindex", 0);
    rowAt(at)?.focus();
  };
  const place = (row: Row): Source | null => (result ? sourceOf(result, row.call[2]) : null);
  const fold = (row: Row, isFolded: boolean): void => {
    if (!result) return;
    const name = identity(result.calls, row.index);
    if (isFolded) folded.add(name);
    else folded.delete(name);
    draw();
    focusRow(rows.findIndex((it) => it.index === row.index));
  };
  const isFolded = (row: Row): boolean => folded.has(identity(result?.calls ?? [], row.index));

  const draw = (): void => {
    const calls = result?.calls ?? [];
    rows = rowsOf(calls, folded);
    const longest = Math.max(...calls.map((it) => it[5]), 1e-9);
    current = Math.min(current, Math.max(0, rows.length - 1));
    table.hidden = rows.length === 0;
    empty.hidden = rows.length > 0;
    body.replaceChildren(...rows.map((row, at) => drawn(row, at, longest)));
  };

  const drawn = (row: Row, at: number, longest: number): HTMLElement => {
    const [kind, name, , count, seconds, own] = row.call;
    const source = place(row);
    const toggle = row.hasChildren
      ? h("span", { class: "fold", "aria-hidden": "true", onclick: (event: MouseEvent) => { event.stopPropagation(); fold(row, !isFolded(row)); } }, isFolded(row) ? "▸" : "▾")
      : h("span", { class: "fold", "aria-hidden": "true" });
    const element = h(
      "tr",
      {
        role: "row",
        tabindex: at === current ? 0 : -1,
        "aria-level": row.level,
        "aria-expanded": row.hasChildren ? String(!isFolded(row)) : null,
        onclick: () => source && pick(source),
        onpointerenter: () => point(row.call),
        onpointerleave: () => point(null),
        onfocus: () => point(row.call),
        onblur: () => point(null),
      },
      h("td", { role: "gridcell", class: "what" }, toggle, h("span", { class: "kind" }, kind), " ", h("code", {}, name)),
      h("td", { role: "gridcell", class: "place" }, source ? `${source.template} ${source.line}:${source.column}` : ""),
      h("td", { role: "gridcell", class: "number" }, `×${count}`),
      h("td", { role: "gridcell", class: "number" }, duration(seconds)),
      h("td", { role: "gridcell", class: "number own" }, h("span", { class: "bar-of", "aria-hidden": "true" }), h("span", {}, duration(own))),
    );
    const what = element.querySelector(".what") as HTMLElement;
    what.style.paddingInlineStart = `${(row.level - 1) * 14 + 4}px`;
    (element.querySelector(".bar-of") as HTMLElement).style.inlineSize = `${Math.max(1, (own / longest) * 100)}%`;
    return element;
  };

  body.addEventListener("keydown", (event) => {
    const row = rows[current];
    if (!row) return;
    const act: Record<string, () => void> = {
      ArrowDown: () => focusRow(current + 1),
      ArrowUp: () => focusRow(current - 1),
      Home: () => focusRow(0),
      End: () => focusRow(rows.length - 1),
      ArrowLeft: () => {
        if (row.hasChildren && !isFolded(row)) fold(row, true);
        else focusRow(rows.findIndex((it) => it.index === row.call[6]));
      },
      ArrowRight: () => {
        if (row.hasChildren && isFolded(row)) fold(row, false);
        else focusRow(current + 1);
      },
      Enter: () => {
        const source = place(row);
        if (source) pick(source);
      },
    };
    const action = act[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  return {
    element,
    show: (next) => {
      if (next === result) return;
      result = next;
      const hadFocus = body.contains((element.getRootNode() as ShadowRoot).activeElement);
      draw();
      if (hadFocus) focusRow(current);
    },
  };
}
