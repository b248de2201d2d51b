// The result as text: only what is in view is drawn, so that millions of characters stay usable.

import { Compartment, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

import { light } from "../code/lights";
import { readOnlyView, showText } from "../code/readonly";
import { resultLanguage } from "../language/formats";
import type { Format } from "../messages";
import type { Undo } from "../model";
import type { Range } from "../positions";

export interface TextView {
  readonly view: EditorView;
  show(text: string, format: Format): void;
  light(lit: readonly Range[], here: Range | null): void;
  reveal(range: Range): void;
  close: Undo;
}

export interface TextEvents {
  point(place: Range | null): void;
  pick(place: Range): void;
}

// Beyond this, colours would cost more than they tell.
const COLOURED = 300_000;

export function makeTextView(root: ShadowRoot, events: TextEvents): TextView {
  const language = new Compartment();
  let shown: Format | "" = "";

  const character = (offset: number): Range => ({ from: offset, to: offset + 1 });
  const under = (view: EditorView, event: MouseEvent): number | null => {
    const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (at === null) return null;
    const box = view.coordsAtPos(at);
    // Beyond the end of a line there is nothing to point at.
    if (!box || event.clientY < box.top || event.clientY > box.bottom || Math.abs(event.clientX - box.left) > 40) return null;
    return at > 0 && box.left > event.clientX ? at - 1 : at;
  };

  const view = readOnlyView("Result as text. Arrow keys show where each piece came from; Enter goes there.", root, [
    language.of([]),
    EditorView.domEventHandlers({
      mousemove: (event, it) => {
        const at = under(it, event);
        events.point(at === null ? null : character(at));
      },
      mouseleave: () => events.point(null),
      click: (event, it) => {
        const at = under(it, event);
        if (at !== null && it.state.selection.main.empty) events.pick(character(at));
      },
    }),
    EditorView.updateListener.of((update) => {
      if (update.selectionSet && update.view.hasFocus && !update.transactions.some((it) => it.isUserEvent("select.pointer")))
        events.point(character(update.state.selection.main.head));
    }),
    Prec.high(
      keymap.of([
        {
          key: "Enter",
          run: (it) => {
            events.pick(character(it.state.selection.main.head));
            return true;
          },
        },
      ]),
    ),
  ]);

  return {
    view,
    show: (text, format) => {
      const wanted = text.length > COLOURED ? "text" : format;
      if (wanted !== shown) {
        shown = wanted;
        view.dispatch({ effects: language.reconfigure(resultLanguage(wanted)) });
      }
      showText(view, text);
    },
    light: (lit, here) => light(view, { lit, here }),
    reveal: (range) => {
      if (range.from > view.state.doc.length) return;
      const isSeen = view.visibleRanges.some((it) => it.from <= range.from && range.from <= it.to);
      view.dispatch({ effects: EditorView.scrollIntoView(range.from, { y: isSeen ? "nearest" : "center" }) });
    },
    close: () => view.destroy(),
  };
}
