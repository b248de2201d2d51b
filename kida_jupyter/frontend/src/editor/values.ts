// Live values: what each expression last gave and how often it ran, at the end of its line.

import { type Extension, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

/** A value at an offset of the editor's text. */
export interface LiveValue {
  readonly at: number;
  readonly expression: string;
  readonly text: string;
  readonly type: string;
  readonly count: number;
}

// A line's values are a margin note, not its content.
const SHORT = 32;
const PER_LINE = 4;

const setValues = StateEffect.define<readonly LiveValue[]>();

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (old, transaction) => {
    let now = old.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setValues)) now = drawn(effect.value, transaction.state.doc);
    return now;
  },
  provide: (it) => EditorView.decorations.from(it),
});

class ValueWidget extends WidgetType {
  constructor(private readonly values: readonly LiveValue[]) {
    super();
  }

  override eq(other: ValueWidget): boolean {
    return JSON.stringify(other.values.map(known)) === JSON.stringify(this.values.map(known));
  }

  toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = "cm-value";
    // A reader of the line's text must not stumble over it; the status says it for the caret's expression.
    element.setAttribute("aria-hidden", "true");
    element.title = this.values.map((it) => `${it.expression} = ${it.text}  (${it.type}, ran ${times(it.count)})`).join("\n");
    this.values.slice(0, PER_LINE).forEach((it, index) => {
      if (index) element.append(part("more", "·"));
      element.append(part("value", short(it.text)), part("count", `×${it.count}`));
    });
    if (this.values.length > PER_LINE) element.append(part("more", `… ${this.values.length - PER_LINE} more`));
    return element;
  }
}

const known = (it: LiveValue): unknown[] => [it.expression, it.text, it.type, it.count];

const part = (kind: string, text: string): HTMLElement => {
  const element = document.createElement("span");
  element.className = kind;
  element.textContent = text;
  return element;
};

/** A value in one short line, whole characters only. */
export function short(text: string, limit = SHORT): string {
  const line = text.replace(/\s+/g, " ");
  const characters = [...line];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : line;
}

/** How often, in words. */
export const times = (count: number): string => (count === 1 ? "once" : `${count.toLocaleString("en")} times`);

function drawn(values: readonly LiveValue[], doc: { lineAt(at: number): { to: number }; length: number }): DecorationSet {
  const lines = new Map<number, LiveValue[]>();
  for (const value of values) {
    if (value.at > doc.length) continue;
    const { to } = doc.lineAt(value.at);
    lines.set(to, [...(lines.get(to) ?? []), value]);
  }
  const builder = new RangeSetBuilder<Decoration>();
  for (const to of [...lines.keys()].sort((a, b) => a - b)) {
    builder.add(to, to, Decoration.widget({ widget: new ValueWidget(lines.get(to) ?? []), side: 1 }));
  }
  return builder.finish();
}

export const valuesField: Extension = field;

/** Shows these values and no others. */
export const showValues = (view: EditorView, values: readonly LiveValue[]): void => {
  if (values.length || view.state.field(field).size) view.dispatch({ effects: setValues.of(values) });
};
