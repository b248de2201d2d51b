// One template in the editor: its text, its undo history, what is shown upon it, and its agreement with the other side.

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentMore, isolateHistory } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, Transaction } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  dropCursor,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  tooltips,
} from "@codemirror/view";

import { lightsField } from "../code/lights";
import { codeTheme } from "../code/theme";
import { type Drift, driftBetween, driftOn } from "../drift";
import { formatOf, templateLanguage } from "../language/formats";
import { codeColours } from "../language/style";
import type { Format } from "../messages";
import type { Undo } from "../model";
import type { Ask } from "../requests";
import { agreeOn } from "./agreement";
import { completion } from "./completion";
import { explanations } from "./explain";
import { valuesField } from "./values";
import { typeOverEnd } from "./typing";

/** What a drift leads from: the text of the last good result, or that of the last result with its problems. */
export type Base = "spans" | "problems";

export interface TemplateDocument {
  readonly view: EditorView;
  text(): string;
  /** Takes the text that the template has on the other side; edits that are not sent yet stay. */
  receive(text: string): void;
  setFormat(format: Format): void;
  /** Says what text a result was made from. */
  rebase(base: Base, text: string | undefined): void;
  drift(base: Base): Drift;
  close: Undo;
}

export interface DocumentEvents {
  edited(text: string): void;
  /** The caret moved; not by a change from the other side. */
  caret(offset: number): void;
}

export interface DocumentPlace {
  readonly root: ShadowRoot;
  /** Where tooltips go: somewhere that cuts nothing off. */
  readonly overlay: HTMLElement;
  readonly ask: Ask;
}

const LABEL = "press Escape, then Tab, to leave the editor; Shift-Tab shows help for what is at the caret";

export function openDocument(name: string, text: string, format: Format, place: DocumentPlace, events: DocumentEvents): TemplateDocument {
  const language = new Compartment();
  const completions = new Compartment();
  let shownFormat = formatOf(name, format);
  const agreement = agreeOn(text);
  const drifts: Record<Base, Drift> = { spans: null, problems: null };

  const help = explanations(place.ask, name);
  const completionNow = () => completion(place.ask, name, shownFormat === "html" || shownFormat === "svg");

  const agree = EditorView.updateListener.of((update) => {
    for (const transaction of update.transactions) {
      if (!transaction.docChanged) continue;
      for (const base of ["spans", "problems"] as const) drifts[base] = driftOn(drifts[base], transaction.changes.desc);
      if (!transaction.annotation(Transaction.remote)) agreement.changed(transaction.changes, transaction.newDoc.toString());
    }
    const isRemote = update.transactions.some((it) => it.annotation(Transaction.remote));
    if (update.docChanged && !isRemote) events.edited(update.state.doc.toString());
    // After an edit the result comes, and with it the light: doing it twice would hold up the typing.
    if (update.selectionSet && !update.docChanged) events.caret(update.state.selection.main.head);
  });

  const view = new EditorView({
    root: place.root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        dropCursor(),
        EditorState.allowMultipleSelections.of(true),
        EditorState.tabSize.of(4),
        indentUnit.of("  "),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        typeOverEnd,
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": `Template ${name}; ${LABEL}`, tabindex: "0" }),
        tooltips({ parent: place.overlay }),
        Prec.high(
          keymap.of([
            { key: "Shift-Tab", run: help.atCaret },
            { key: "Escape", run: help.dismiss },
          ]),
        ),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          { key: "Tab", run: indentMore },
        ]),
        language.of(templateLanguage(shownFormat)),
        completions.of(completionNow()),
        help.extension,
        codeColours,
        codeTheme,
        lightsField,
        valuesField,
        agree,
      ],
    }),
  });

  return {
    view,
    text: () => view.state.doc.toString(),
    receive: (next) => {
      const changes = agreement.received(next, view.state.doc.toString());
      if (!changes) return;
      // A step of its own to undo: mapped over, older steps would bring back pieces of texts that never were together.
      view.dispatch({ changes, annotations: [Transaction.remote.of(true), isolateHistory.of("full")] });
      if (agreement.isAhead()) events.edited(view.state.doc.toString());
    },
    setFormat: (next) => {
      const wanted = formatOf(name, next);
      if (wanted === shownFormat) return;
      shownFormat = wanted;
      view.dispatch({ effects: [language.reconfigure(templateLanguage(wanted)), completions.reconfigure(completionNow())] });
    },
    rebase: (base, before) => {
      drifts[base] = driftBetween(before, view.state.doc.toString());
    },
    drift: (base) => drifts[base],
    close: () => view.destroy(),
  };
}
