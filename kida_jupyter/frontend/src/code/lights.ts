// Ranges that are lit in a CodeMirror view, in editor and text alike: what an expression wrote, and the one piece pointed at.

import { type Extension, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

import type { Range } from "../positions";

export interface Lights {
  readonly lit: readonly Range[];
  readonly here: Range | null;
}

const setLights = StateEffect.define<Lights>();
const lit = Decoration.mark({ class: "lit" });
const here = Decoration.mark({ class: "lit here" });

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (old, transaction) => {
    let now = old.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setLights)) now = drawn(effect.value, transaction.state.doc.length);
    return now;
  },
  provide: (it) => EditorView.decorations.from(it),
});

function drawn(lights: Lights, length: number): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const all = lights.lit.map((range) => ({ range, mark: lit }));
  if (lights.here) all.push({ range: lights.here, mark: here });
  all.sort((a, b) => a.range.from - b.range.from);
  for (const { range, mark } of all) {
    const to = Math.min(range.to, length);
    if (range.from < to) builder.add(range.from, to, mark);
  }
  return builder.finish();
}

export const lightsField: Extension = field;

/** Lights these ranges and no others. */
export function light(view: EditorView, lights: Lights): void {
  // Nothing lit before and after is by far the most frequent case.
  if (!lights.here && !lights.lit.length && view.state.field(field).size === 0) return;
  view.dispatch({ effects: setLights.of(lights) });
}
