// Problems as CodeMirror's diagnostics: underlined where they are, with hint and fixes.

import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";

import { type Drift, rangeNow } from "../drift";
import type { Problem } from "../messages";
import { h } from "../ui/dom";

/** Where a problem stands in the text now, with its fixes there; null where its text is gone. */
export function problemNow(problem: Problem, drift: Drift, length: number): Problem | null {
  const range = rangeNow(drift, problem, length);
  if (!range) return null;
  const fixes = problem.fixes.flatMap((fix) => {
    const place = rangeNow(drift, fix, length);
    return place ? [{ ...fix, ...place }] : [];
  });
  return { ...problem, ...range, fixes };
}

/**
 * Underlines problems.
 *
 * Parameters: `drift`, a function that gives the way from the problems' text to the text at the time it is called: fixes are
 * applied later than they are shown.
 */
export function showProblems(view: EditorView, problems: readonly Problem[], drift: () => Drift): void {
  const diagnostics = problems.flatMap((problem): Diagnostic[] => {
    const now = problemNow(problem, drift(), view.state.doc.length);
    if (!now) return [];
    return [
      {
        from: now.from,
        to: now.to,
        severity: problem.severity,
        message: problem.message,
        renderMessage: () =>
          h("span", {}, problem.message, problem.hint ? h("span", { class: "problem-hint" }, `Hint: ${problem.hint}`) : null),
        actions: problem.fixes.map((fix) => ({
          name: fix.label,
          apply: (target: EditorView) => {
            const place = rangeNow(drift(), fix, target.state.doc.length);
            if (!place) return;
            target.dispatch({ changes: { ...place, insert: fix.text }, selection: { anchor: place.from + fix.text.length }, userEvent: "input.fix" });
            target.focus();
          },
        })),
      },
    ];
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}
