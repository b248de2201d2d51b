// What changed between two results, line by line and within lines.

import { getChunks, goToNextChunk, goToPreviousChunk, unifiedMergeView } from "@codemirror/merge";
import { Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

import { readOnlyState, readOnlyView } from "../code/readonly";
import type { Undo } from "../model";
import { h } from "../ui/dom";

export interface DiffView {
  readonly element: HTMLElement;
  /** Parameters: `before` and `after`; `names`, what they are, for people. Nothing to compare with: null. */
  show(before: string | null, after: string, name: string): void;
  close: Undo;
}

const LABEL = "Changes of the result";

export function makeDiffView(root: ShadowRoot): DiffView {
  const view: EditorView = readOnlyView(LABEL, root, []);
  const summary = h("span", { class: "quiet" });
  const step = (name: string, label: string, command: typeof goToNextChunk): HTMLButtonElement =>
    h("button", { type: "button", class: "small", title: label, "aria-label": label, onclick: () => void command(view) }, name);
  const [previous, next] = [step("↑", "Previous change", goToPreviousChunk), step("↓", "Next change", goToNextChunk)];
  const bar = h("div", { class: "pane-note" }, summary, h("span", { class: "grow" }), previous, next);
  const element = h("div", { class: "diff" }, bar, view.dom);
  let shown: [string | null, string] | null = null;

  return {
    element,
    show: (before, after, name) => {
      if (shown?.[0] !== before || shown[1] !== after) {
        shown = [before, after];
        const { scrollTop } = view.scrollDOM;
        view.setState(
          readOnlyState(
            LABEL,
            after,
            before === null
              ? []
              : unifiedMergeView({
                  original: Text.of(before.split("\n")),
                  mergeControls: false,
                  syntaxHighlightDeletions: false,
                  collapseUnchanged: { margin: 3, minSize: 6 },
                  diffConfig: { scanLimit: 500, timeout: 200 },
                }),
          ),
        );
        view.scrollDOM.scrollTop = scrollTop;
      }
      const count = before === null ? 0 : (getChunks(view.state)?.chunks.length ?? 0);
      summary.textContent =
        before === null ? "Nothing to compare with yet. Pin a result, or change something." : `${count === 0 ? "No change" : count === 1 ? "1 change" : `${count} changes`} since ${name}`;
      previous.disabled = next.disabled = count === 0;
    },
    close: () => view.destroy(),
  };
}
