// A model as anywidget gives it, with a toy of a kernel behind it that answers in its own time.

import type { Format, Json, Result } from "../src/messages";
import type { Model } from "../src/model";
import { render } from "./toy";

type Listener = (...args: never[]) => void;

export interface DevModel extends Model {
  /** A change from Python's side. */
  fromPython(values: Record<string, unknown>): void;
  kernel: { alive: boolean; delay: number; renders: number };
  listeners(): number;
}

export interface Sample {
  readonly templates: Record<string, string>;
  readonly main: string;
  readonly format: Format;
  readonly data: Record<string, Json>;
}

export function devModel(sample: Sample, show: Record<string, unknown> = {}): DevModel {
  const listeners = new Map<string, Set<Listener>>();
  const state: Record<string, unknown> = {
    templates: sample.templates,
    main: sample.main,
    active: sample.main,
    edition: 1,
    format: sample.format,
    overrides: {},
    show: { tab: "preview", panel: "", values: true, pinned: null, split: 0.5, ...show },
    result: {},
    busy: false,
  };
  const kernel = { alive: true, delay: 12, renders: 0 };
  const emit = (event: string, ...args: unknown[]): void => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener(...(args as never[]));
  };
  const set = (name: string, value: unknown): void => {
    if (state[name] === value) return;
    state[name] = value;
    emit(`change:${name}`);
  };
  let rendered = "";
  let last: Result | null = null;

  const renderNow = (): void => {
    const { templates, main, overrides: texts, edition, format } = state as never as { templates: Record<string, string>; main: string; overrides: Record<string, string>; edition: number; format: Format };
    const overrides = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as Json]));
    const key = JSON.stringify([templates, main, overrides, format]);
    if (key === rendered || !kernel.alive) return;
    rendered = key;
    set("busy", true);
    setTimeout(() => {
      const result = render(templates, main, sample.data, overrides, edition, format === "html" || format === "svg", last);
      if (result.ok) last = result;
      kernel.renders++;
      set("result", result);
      set("busy", false);
    }, kernel.delay);
  };

  const answer = (message: { type: string; id: string; template: string; offset: number; text: string }): unknown => {
    const { type, id } = message;
    if (type === "complete") {
      const before = /[\w]*$/.exec(message.text.slice(0, message.offset))?.[0] ?? "";
      const items = Object.entries(sample.data).map(([label, value]) => ({ label, kind: "variable", detail: Array.isArray(value) ? "list" : typeof value, info: `${label} = ${JSON.stringify(value).slice(0, 60)}`, apply: null }));
      return { type: "completions", id, from: message.offset - before.length, to: message.offset, items: [...items, { label: "upper", kind: "filter", detail: "(s)", info: "Convert a value to uppercase.", apply: null }].filter((it) => it.label.startsWith(before)) };
    }
    if (type === "explain") {
      const from = message.offset - (/[\w.]*$/.exec(message.text.slice(0, message.offset))?.[0].length ?? 0);
      const to = message.offset + (/^[\w.]*/.exec(message.text.slice(message.offset))?.[0].length ?? 0);
      const name = message.text.slice(from, to);
      return { type: "explanation", id, from, to, text: name in sample.data ? `${name} (notebook)\n${JSON.stringify(sample.data[name])}` : null };
    }
    if (type === "python") {
      const text = (state.templates as Record<string, string>)[message.template] ?? "";
      const lines: [number, number][] = [];
      const code = ["def root(context):", "    out = []", "    write = out.append"];
      text.split("\n").forEach((line, index) => {
        if (!line.trim()) return;
        lines.push([code.length + 1, index + 1]);
        code.push(`    write(${JSON.stringify(line)})`);
      });
      return { type: "python", id, text: [...code, '    return "".join(out)', ""].join("\n"), lines, error: null };
    }
    if (type === "whole") return { type: "whole", id, output: (state.whole as string) ?? (state.result as Result).output };
    return null;
  };

  queueMicrotask(renderNow);
  return {
    kernel,
    get: (name) => state[name],
    set,
    save_changes: () => {
      if (!kernel.alive) throw new Error("Syncing error: no comm channel defined");
      renderNow();
    },
    send: (content) => {
      if (!kernel.alive) throw new Error("no comm");
      const reply = answer(content as never);
      if (reply) setTimeout(() => emit("msg:custom", reply, []), kernel.delay);
    },
    on: (event, listener) => {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener));
    },
    off: (event, listener) => void listeners.get(event)?.delete(listener),
    fromPython: (values) => {
      Object.assign(state, values);
      for (const name of Object.keys(values)) emit(`change:${name}`);
      renderNow();
    },
    listeners: () => [...listeners.values()].reduce((sum, it) => sum + it.size, 0),
  };
}
