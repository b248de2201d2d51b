// The Python that a template compiles to, its lines linked to the template's.

import { python } from "@codemirror/lang-python";
import { EditorView } from "@codemirror/view";

import { light } from "../code/lights";
import { readOnlyView, showText } from "../code/readonly";
import type { PythonCode } from "../messages";
import type { Undo } from "../model";
import type { Range } from "../positions";
import type { Ask } from "../requests";
import { h } from "../ui/dom";

export interface PythonPanel {
  readonly element: HTMLElement;
  /** Asks for the code of a template, unless it is there already. Parameters: `version`, changes when the template does. */
  show(template: string, version: string): void;
  /** Lights the lines that are for a line of the template, from 1. */
  follow(line: number): void;
  close: Undo;
}

/** The lines of the Python code that are for a line of the template, each from 1. */
export const pythonLines = (lines: PythonCode["lines"], template: number): number[] =>
  lines.filter((it) => it[1] === template).map((it) => it[0]);

/** The line of the template that a line of the Python code is for: its own, or that of the nearest before it. */
export function templateLine(lines: PythonCode["lines"], line: number): number | null {
  let found: readonly [number, number] | null = null;
  for (const it of lines) if (it[0] <= line && (!found || it[0] >= found[0])) found = it;
  return found && found[1];
}

/** Parameters: `point` and `pick`, called with a line of the template, from 1, or null. */
export function makePythonPanel(
  root: ShadowRoot,
  ask: Ask,
  point: (line: number | null) => void,
  pick: (line: number) => void,
): PythonPanel {
  const note = h("div", { class: "pane-note", hidden: true });
  let code: PythonCode | null = null;
  let asked = "";
  let followed = 0;

  const lineAt = (view: EditorView, offset: number): number | null =>
    code && templateLine(code.lines, view.state.doc.lineAt(offset).number);
  const view = readOnlyView("Python code of the template", root, [
    python(),
    EditorView.domEventHandlers({
      mousemove: (event, it) => {
        const at = it.posAtCoords({ x: event.clientX, y: event.clientY });
        point(at === null ? null : lineAt(it, at));
      },
      mouseleave: () => point(null),
      dblclick: (_, it) => {
        const line = lineAt(it, it.state.selection.main.head);
        if (line) pick(line);
      },
      keydown: (event, it) => {
        const line = event.key === "Enter" ? lineAt(it, it.state.selection.main.head) : null;
        if (line) pick(line);
        return line !== null;
      },
      blur: () => point(null),
    }),
    EditorView.updateListener.of((update) => {
      if (update.selectionSet && update.view.hasFocus) point(lineAt(update.view, update.state.selection.main.head));
    }),
  ]);
  const element = h("div", { class: "panel-body code" }, note, view.dom);

  const say = (text: string): void => {
    note.hidden = !text;
    note.textContent = text;
  };

  const follow = (): void => {
    const { doc } = view.state;
    const lit = code
      ? pythonLines(code.lines, followed)
          .filter((it) => it >= 1 && it <= doc.lines)
          .map((it): Range => doc.line(it))
      : [];
    light(view, { lit, here: null });
    const first = lit[0];
    if (first && !view.hasFocus) view.dispatch({ effects: EditorView.scrollIntoView(first.from, { y: "nearest" }) });
  };

  return {
    element,
    show: (template, version) => {
      const key = `${template}\n${version}`;
      if (key === asked) return;
      asked = key;
      void ask({ type: "python", template }).then((answer) => {
        // Another template or a newer text was asked for meanwhile.
        if (asked !== key) return;
        if (!answer) {
          asked = "";
          return say("The kernel does not answer: shows the code as it was.");
        }
        say(answer.error ?? "");
        // Broken templates have no code; that of the last good one stays.
        if (answer.error && !answer.text) return;
        code = answer;
        showText(view, answer.text);
        follow();
      });
    },
    follow: (line) => {
      followed = line;
      follow();
    },
    close: () => view.destroy(),
  };
}
