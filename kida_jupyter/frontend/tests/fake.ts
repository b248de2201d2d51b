// A model without a kernel's other end: what the page sets and sends can be looked at.

import type { Model } from "../src/model";

type Listener = (...args: never[]) => void;

export interface FakeModel extends Model {
  readonly saved: Record<string, unknown>[];
  readonly sent: Record<string, unknown>[];
  /** Something comes from Python: all traits at once, as Jupyter's models do. */
  receive(values: Record<string, unknown>): void;
  emit(event: string, ...args: unknown[]): void;
  count(): number;
  broken: boolean;
}

export function fakeModel(values: Record<string, unknown> = {}): FakeModel {
  const state: Record<string, unknown> = {
    templates: { "a.html": "one" },
    main: "a.html",
    active: "a.html",
    edition: 1,
    format: "html",
    overrides: {},
    show: {},
    result: {},
    busy: false,
    ...values,
  };
  const listeners = new Map<string, Set<Listener>>();
  let unsaved: Record<string, unknown> = {};
  const model: FakeModel = {
    saved: [],
    sent: [],
    broken: false,
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = unsaved[name] = value;
      model.emit(`change:${name}`);
    },
    save_changes: () => {
      if (model.broken) throw new Error("no comm channel defined");
      model.saved.push(unsaved);
      unsaved = {};
    },
    send: (content) => {
      if (model.broken) throw new Error("no comm channel defined");
      model.sent.push(content as Record<string, unknown>);
    },
    on: (event, listener) => void listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
    off: (event, listener) => void listeners.get(event)?.delete(listener),
    emit: (event, ...args) => {
      for (const listener of [...(listeners.get(event) ?? [])]) listener(...(args as never[]));
    },
    receive: (changed) => {
      Object.assign(state, changed);
      for (const name of Object.keys(changed)) model.emit(`change:${name}`);
    },
    count: () => [...listeners.values()].reduce((sum, it) => sum + it.size, 0),
  };
  return model;
}
