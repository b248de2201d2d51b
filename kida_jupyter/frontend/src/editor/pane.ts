// The editor's side of the playground: tabs of templates, and the one that is shown.

import { EditorView } from "@codemirror/view";

import { light } from "../code/lights";
import { offsetThen, rangeNow } from "../drift";
import type { Result } from "../messages";
import { type Undo, Undos } from "../model";
import type { Range } from "../positions";
import { valuesOf } from "../provenance";
import type { Ask } from "../requests";
import type { Session } from "../session";
import { freshId, h } from "../ui/dom";
import { makeTabs } from "../ui/tabs";
import { type TemplateDocument, openDocument } from "./document";
import { showProblems } from "./problems";
import { type LiveValue, showValues } from "./values";

export interface EditorPane {
  readonly element: HTMLElement;
  /** Whether a template can be edited here. */
  has(template: string): boolean;
  /** The caret: a template, an offset in its text as the result knows it, and that text. */
  caret(): { template: string; offset: number; text: string } | null;
  /** The text that the result was made from. */
  textThen(template: string): string | undefined;
  /** Lights a range of the result's text; only where that template is shown. */
  light(template: string, range: Range | null): void;
  /** Shows a range of the result's text, in its template's tab, with the caret there. */
  reveal(template: string, range: Range): void;
  /** Brings up to date what is drawn upon the templates. */
  draw(result: Result | null): void;
  focus(): void;
  close: Undo;
}

export interface EditorPlace {
  readonly root: ShadowRoot;
  readonly overlay: HTMLElement;
  readonly ask: Ask;
  readonly session: Session;
  /** The caret moved, or another template is shown. */
  readonly moved: () => void;
}

/** Why a new template cannot be called so, in words; empty where it can. It is to be the name of a file, too. */
export function wrongAsName(name: string, known: readonly string[]): string {
  if (known.includes(name)) return `${name} is there already`;
  const isWithin = !/^\/|[:\\]/.test(name) && !name.split("/").includes("..");
  return isWithin ? "" : "not a name of a file within a folder";
}

export function makeEditorPane({ root, overlay, ask, session, moved }: EditorPlace): EditorPane {
  const undos = new Undos();
  const documents = new Map<string, TemplateDocument>();
  const panel = freshId("editor");
  const tabs = makeTabs("Templates", panel, (name) => {
    session.activate(name);
    show();
  });
  const holder = h("div", { class: "editor-holder", id: panel, role: "tabpanel", "aria-label": "Template" });
  const addButton = h("button", { type: "button", class: "icon", title: "Add a template", "aria-label": "Add a template", onclick: () => startAdding() }, "+");
  const mainButton = h(
    "button",
    { type: "button", class: "small", onclick: () => session.change({ main: session.active() }) },
    "Render this",
  );
  const bar = h("div", { class: "bar" }, tabs.element, addButton, h("span", { class: "grow" }), mainButton);
  const element = h("section", { class: "pane editor-pane", "aria-label": "Editor" }, bar, holder);
  let shown = "";
  let drawn: Result | null = null;

  const current = (): TemplateDocument | undefined => documents.get(shown);

  const open = (name: string): TemplateDocument => {
    const known = documents.get(name);
    if (known) return known;
    const document = openDocument(name, session.templates()[name] ?? "", session.format(), { root, overlay, ask }, {
      edited: (text) => session.edit(name, text),
      caret: () => moved(),
    });
    documents.set(name, document);
    document.rebase("spans", session.textIn(drawn?.lastGood ?? drawn?.edition ?? null, name));
    document.rebase("problems", session.textIn(drawn?.edition ?? null, name));
    upon(name, document);
    return document;
  };

  const show = (): void => {
    const names = Object.keys(session.templates());
    const active = session.active();
    const main = session.main();
    tabs.show(
      names.map((name) => ({
        name,
        label: name,
        title: name === main && names.length > 1 ? `${name}: this template is rendered` : name,
        ...(name === main && names.length > 1 ? { badge: "main" } : {}),
      })),
      active,
    );
    mainButton.hidden = active === main || !active;
    if (active === shown || !active) return;
    shown = active;
    const document = open(active);
    holder.replaceChildren(document.view.dom);
    document.view.requestMeasure();
    moved();
  };

  const receive = (): void => {
    const texts = session.templates();
    for (const [name, document] of documents) {
      const text = texts[name];
      if (text !== undefined) document.receive(text);
      else {
        document.close();
        documents.delete(name);
        if (shown === name) shown = "";
      }
    }
    show();
  };

  /** Problems and values upon one template. */
  const upon = (name: string, document: TemplateDocument): void => {
    if (!drawn) return;
    showProblems(document.view, drawn.problems.filter((it) => it.template === name), () => document.drift("problems"));
    showValues(document.view, session.show().values ? liveValues(drawn, name, document, textThen(name) ?? "") : []);
  };

  const textThen = (name: string): string | undefined =>
    session.textIn(drawn?.lastGood ?? drawn?.edition ?? null, name) ?? session.templates()[name];

  const startAdding = (): void => {
    let isOver = false;
    const stop = (): void => {
      // Taking the field away blurs it, which comes here again.
      if (isOver) return;
      isOver = true;
      form.remove();
      addButton.hidden = false;
    };
    const said = h("span", { class: "input-error", role: "alert" });
    const input = h("input", { type: "text", "aria-label": "Name of the new template", placeholder: "name.html", size: 14, spellcheck: "false", onblur: () => stop() });
    const form = h("form", { class: "add", onsubmit: (event: SubmitEvent) => {
      event.preventDefault();
      const name = input.value.trim();
      const wrong = wrongAsName(name, Object.keys(session.templates()));
      if (wrong) {
        said.textContent = wrong;
        input.setAttribute("aria-invalid", "true");
        return;
      }
      stop();
      if (!name) return addButton.focus();
      session.change({ templates: { [name]: "" } });
      session.activate(name);
      show();
      current()?.view.focus();
    } }, input, said);
    input.addEventListener("input", () => {
      said.textContent = "";
      input.removeAttribute("aria-invalid");
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      stop();
      addButton.focus();
    });
    addButton.hidden = true;
    addButton.after(form);
    input.focus();
  };

  undos.add(
    session.on("templates", receive),
    session.on("active", show),
    session.on("main", show),
    session.on("format", () => {
      for (const document of documents.values()) document.setFormat(session.format());
    }),
  );

  return {
    element,
    has: (template) => template in session.templates(),
    caret: () => {
      const document = current();
      if (!document) return null;
      return {
        template: shown,
        offset: offsetThen(document.drift("spans"), document.view.state.selection.main.head),
        text: textThen(shown) ?? "",
      };
    },
    textThen,
    light: (template, range) => {
      for (const [name, document] of documents) {
        const now = name === template && range ? rangeNow(document.drift("spans"), range, document.view.state.doc.length) : null;
        light(document.view, { lit: [], here: now });
      }
    },
    reveal: (template, range) => {
      if (!(template in session.templates())) return;
      session.activate(template);
      show();
      const document = open(template);
      const now = rangeNow(document.drift("spans"), range, document.view.state.doc.length);
      if (now) document.view.dispatch({ selection: { anchor: now.from }, effects: EditorView.scrollIntoView(now.from, { y: "center" }) });
      document.view.focus();
    },
    draw: (result) => {
      const isNew = result !== drawn;
      drawn = result;
      show();
      for (const [name, document] of documents) {
        if (isNew) {
          document.rebase("spans", session.textIn(result?.lastGood ?? result?.edition ?? null, name));
          document.rebase("problems", session.textIn(result?.edition ?? null, name));
        }
        upon(name, document);
      }
    },
    focus: () => current()?.view.focus(),
    close: () => {
      undos.run();
      for (const document of documents.values()) document.close();
      documents.clear();
    },
  };
}

function liveValues(result: Result, name: string, document: TemplateDocument, text: string): LiveValue[] {
  const { length } = document.view.state.doc;
  return valuesOf(result, name).flatMap(({ source, value }) => {
    const now = rangeNow(document.drift("spans"), source, length);
    if (!now) return [];
    const [, count, shown, type] = value;
    return [{ at: now.to, expression: text.slice(source.from, source.to), text: shown, type, count }];
  });
}
