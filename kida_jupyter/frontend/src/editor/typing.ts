// What typing does beyond putting characters in.

import type { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** Whether "%" typed at an offset is the end of a tag that was put there with the tag's beginning. */
export function isTypedOver({ doc }: EditorState, offset: number): boolean {
  if (doc.sliceString(offset, offset + 2) !== "%}") return false;
  const line = doc.lineAt(offset);
  const before = line.text.slice(0, offset - line.from);
  const open = before.lastIndexOf("{%");
  return open !== -1 && !before.includes("%}", open);
}

/** Types over the "%" of a closing "%}". Its brace CodeMirror types over by itself. */
export const typeOverEnd = EditorView.inputHandler.of((view, from, to, text) => {
  if (text !== "%" || from !== to || view.state.selection.ranges.length > 1 || !isTypedOver(view.state, from)) return false;
  view.dispatch({ selection: { anchor: from + 1 }, scrollIntoView: true, userEvent: "input.type" });
  return true;
});
