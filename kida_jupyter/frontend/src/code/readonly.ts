// A CodeMirror view of text that is not edited here: the result, and the Python code.

import { defaultKeymap } from "@codemirror/commands";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { type Extension, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";

import { replacement } from "../changes";
import { codeColours } from "../language/style";
import { lightsField } from "./lights";
import { codeTheme } from "./theme";

/** A view with a caret, that can be searched and copied from, but not edited. */
export function readOnlyView(label: string, root: ShadowRoot, extensions: Extension): EditorView {
  return new EditorView({ root, state: readOnlyState(label, "", extensions) });
}

/** The state of such a view. */
export function readOnlyState(label: string, text: string, extensions: Extension): EditorState {
  const split = EditorState.lineSeparator.of("\n");
  return EditorState.create({
    doc: text,
    extensions: [
      // Only this ends a line, so that "\r" stays a character and offsets are the output's.
      split,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
      EditorView.lineWrapping,
      lineNumbers(),
      highlightSpecialChars(),
      drawSelection(),
      search({ top: true }),
      highlightSelectionMatches(),
      keymap.of([...searchKeymap, ...defaultKeymap]),
      codeColours,
      codeTheme,
      lightsField,
      extensions,
    ],
  });
}

/** Brings the text of a view to another by the smallest change, so that caret and scroll stay. */
export function showText(view: EditorView, text: string): void {
  const change = replacement(textOf(view.state), text);
  if (change) view.dispatch({ changes: { ...change, insert: view.state.toText(change.insert) } });
}

/** The text of a state, line ends as they are. */
export const textOf = (state: EditorState): string => state.doc.sliceString(0, state.doc.length, "\n");
