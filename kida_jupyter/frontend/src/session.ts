// The state that the page shares with Python: templates, editions, what is shown, the result. One session a view.

import type { Early, Format, Overrides, Result, Show } from "./messages";
import { type Model, type Undo, Undos, listen } from "./model";
import { validEarly, validFormat, validResult, validShow, validTexts } from "./validation";
import { withPlainLineEnds } from "./changes";

export type Topic = "templates" | "active" | "main" | "format" | "overrides" | "show" | "result" | "early" | "busy" | "edition" | "lost" | "sent";

export interface Session {
  templates(): Readonly<Record<string, string>>;
  main(): string;
  active(): string;
  format(): Format;
  overrides(): Overrides;
  show(): Show;
  result(): Result | null;
  /** The output of the result that comes next, if it is there already. */
  early(): Early | null;
  busy(): boolean;
  /** The latest edition, edits that are not sent yet included. */
  edition(): number;
  /** The text that a template had in an edition; undefined where that edition is not known. */
  textIn(edition: number | null, template: string): string | undefined;
  /** Takes up an edit of a template; it is sent soon, together with those that follow at once. */
  edit(template: string, text: string): void;
  /** Sends at once what is not sent yet. */
  flush(): void;
  /** Changes what the result is made from: a new edition. */
  change(values: { main?: string; format?: Format; overrides?: Overrides; templates?: Record<string, string> }): void;
  /** Changes what is to be seen. */
  see(values: Partial<Show>): void;
  activate(template: string): void;
  on(topic: Topic, listener: () => void): Undo;
  close: Undo;
}

// Keys of a quick typist are some 80 ms apart: each is rendered; what is pasted or held down is taken together.
const DEBOUNCE = 30;
// Results come for editions at most so many behind.
const REMEMBERED = 60;

const WATCHED: readonly Topic[] = ["templates", "active", "main", "format", "overrides", "show", "result", "early", "busy", "edition"];

/** Opens a session over the model. */
export function openSession(model: Model): Session {
  const undos = new Undos();
  const listeners = new Map<Topic, Set<() => void>>();
  const editions = new Map<number, Record<string, string>>();
  let unsent: Record<string, string> = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastSent = 0;
  // Checking a result and the texts costs time in proportion to their size: once a change is enough.
  let templates = readTemplates(model);
  let result = validResult(model.get("result"));

  const tell = (topic: Topic): void => {
    for (const listener of [...(listeners.get(topic) ?? [])]) listener();
  };
  const editionNow = (): number => {
    const edition = model.get("edition");
    return typeof edition === "number" ? edition : 0;
  };
  const remember = (): void => {
    editions.set(editionNow(), templates);
    for (const old of editions.keys()) {
      if (editions.size <= REMEMBERED) break;
      editions.delete(old);
    }
  };
  /** Parameters: `isEdit`, whether a result shall come of it. */
  const save = (isEdit = false): void => {
    try {
      model.save_changes();
      if (isEdit) tell("sent");
    } catch {
      // Jupyter's model refuses to save without a channel to a kernel.
      tell("lost");
    }
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!Object.keys(unsent).length) return;
    const sending = unsent;
    unsent = {};
    lastSent = performance.now();
    model.set("templates", { ...validTexts(model.get("templates")), ...sending });
    model.set("edition", editionNow() + 1);
    save(true);
  };

  for (const topic of WATCHED) {
    undos.add(
      listen(model, `change:${topic}`, () => {
        if (topic === "templates") templates = readTemplates(model);
        if (topic === "edition") remember();
        if (topic === "result") result = validResult(model.get("result")) ?? result;
        tell(topic);
      }),
    );
  }
  remember();

  return {
    templates: () => templates,
    main: () => readText(model, "main"),
    active: () => {
      const name = readText(model, "active");
      return name in templates ? name : readText(model, "main") in templates ? readText(model, "main") : (Object.keys(templates)[0] ?? "");
    },
    format: () => validFormat(model.get("format")),
    overrides: () => (model.get("overrides") ?? {}) as Overrides,
    show: () => validShow(model.get("show")),
    result: () => result,
    early: () => validEarly(model.get("early")),
    busy: () => model.get("busy") === true,
    edition: () => editionNow() + (Object.keys(unsent).length ? 1 : 0),
    textIn: (edition, template) => (edition === null ? undefined : editions.get(edition)?.[template]),
    edit: (template, text) => {
      // Typing over a bracket that is there already is an edit that changes nothing: no result would come of it.
      if (text === templates[template]) delete unsent[template];
      else unsent[template] = text;
      // After a pause the first key goes out at once; those that follow closely are taken together.
      const wait = performance.now() - lastSent > DEBOUNCE && model.get("busy") !== true ? 0 : DEBOUNCE;
      timer ??= setTimeout(flush, wait);
      tell("edition");
    },
    flush,
    change: (values) => {
      const { templates: added, ...others } = values;
      for (const [name, value] of Object.entries(others)) model.set(name, value);
      const sending = { ...unsent, ...added };
      unsent = {};
      clearTimeout(timer);
      timer = undefined;
      if (Object.keys(sending).length) model.set("templates", { ...validTexts(model.get("templates")), ...sending });
      model.set("edition", editionNow() + 1);
      save(true);
    },
    see: (values) => {
      model.set("show", { ...validShow(model.get("show")), ...values });
      save();
    },
    activate: (template) => {
      if (readText(model, "active") === template) return;
      model.set("active", template);
      save();
    },
    on: (topic, listener) => {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => set.delete(listener);
    },
    close: () => {
      flush();
      clearTimeout(timer);
      undos.run();
      listeners.clear();
    },
  };
}

const readText = (model: Model, name: string): string => {
  const value = model.get(name);
  return typeof value === "string" ? value : "";
};

const readTemplates = (model: Model): Record<string, string> =>
  Object.fromEntries(Object.entries(validTexts(model.get("templates"))).map(([name, text]) => [name, withPlainLineEnds(text)]));
