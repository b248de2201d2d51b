// Help for what is under the pointer, or under the caret on Shift-Tab.

import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type Command, EditorView, type Tooltip, closeHoverTooltips, hoverTooltip, showTooltip } from "@codemirror/view";

import type { Ask } from "../requests";
import { h } from "../ui/dom";
import { isInTag } from "./completion";

const setHelp = StateEffect.define<Tooltip | null>();

const help = StateField.define<Tooltip | null>({
  create: () => null,
  update: (old, transaction) => {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : old;
  },
  provide: (field) => showTooltip.from(field),
});

/** Help on hover, and the command that shows it for the caret. */
export function explanations(ask: Ask, template: string): { extension: Extension; atCaret: Command; dismiss: Command } {
  const tooltipAt = async (view: EditorView, offset: number): Promise<Tooltip | null> => {
    const { state } = view;
    const text = state.doc.toString();
    if (!isInTag(text.slice(0, offset))) return null;
    const answer = await ask({ type: "explain", template, offset, text });
    // An answer for a text that is no more would point at something else.
    if (!answer?.text || view.state.doc !== state.doc || answer.to > state.doc.length) return null;
    const said = answer.text;
    return {
      pos: Math.min(answer.from, offset),
      end: Math.max(answer.to, offset),
      above: true,
      create: () => ({ dom: h("div", { class: "cm-explain" }, said) }),
    };
  };
  return {
    extension: [help, hoverTooltip((view, at) => tooltipAt(view, at), { hoverTime: 350 })],
    atCaret: (view) => {
      void tooltipAt(view, view.state.selection.main.head).then((it) => {
        if (it && view.dom.isConnected) view.dispatch({ effects: setHelp.of(it) });
      });
      return true;
    },
    dismiss: (view) => {
      if (!view.state.field(help)) return false;
      view.dispatch({ effects: [setHelp.of(null), closeHoverTooltips] });
      return true;
    },
  };
}
