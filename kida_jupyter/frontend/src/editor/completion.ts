// Completion from the kernel, and what the languages know by themselves where the kernel does not answer.

import { type Completion as Option, type CompletionContext, type CompletionResult, type CompletionSource, autocompletion } from "@codemirror/autocomplete";
import { htmlCompletionSource } from "@codemirror/lang-html";
import { jinjaCompletionSource } from "@codemirror/lang-jinja";
import type { Extension } from "@codemirror/state";

import type { Completion } from "../messages";
import type { Ask } from "../requests";

// How far back an open tag is looked for.
const REACH = 4000;
// A list that comes later than this is in the way.
const TIMEOUT = 1500;

// Kinds as the kernel names them, and as CodeMirror has icons for them.
const KINDS: Record<string, string> = {
  variable: "variable",
  global: "constant",
  filter: "function",
  test: "function",
  function: "function",
  macro: "function",
  method: "method",
  attribute: "property",
  key: "property",
  tag: "keyword",
  keyword: "keyword",
  template: "text",
  block: "namespace",
};

/** Whether an offset is inside of a tag, an expression included. */
export function isInTag(before: string): boolean {
  const text = before.slice(-REACH);
  return Math.max(text.lastIndexOf("{{"), text.lastIndexOf("{%")) > Math.max(text.lastIndexOf("}}"), text.lastIndexOf("%}"));
}

/** Completion while typing, within tags from the kernel. */
export function completion(ask: Ask, template: string, isHtml: boolean): Extension {
  const known = jinjaCompletionSource();
  const source: CompletionSource = async (context) => {
    const text = context.state.doc.toString();
    if (!isInTag(text.slice(0, context.pos))) {
      if (isHtml) return htmlCompletionSource(context);
      if (!context.explicit) return null;
    }
    if (!context.explicit && !context.matchBefore(/[\w.|"'/\[]\s*$|%\s*\w*$/)) return null;
    const answer = await ask({ type: "complete", template, offset: context.pos, text }, TIMEOUT);
    if (context.aborted) return null;
    if (!answer) return known(context);
    return found(answer.from, context, answer.to, answer.items);
  };
  return autocompletion({ override: [source], icons: true, maxRenderedOptions: 60, activateOnTypingDelay: 60 });
}

function found(from: number, context: CompletionContext, to: number, items: readonly Completion[]): CompletionResult | null {
  if (!items.length || from > context.pos) return null;
  const options = items.map(
    (it, index): Option => ({
      label: it.label,
      type: KINDS[it.kind] ?? it.kind,
      ...(it.detail ? { detail: it.detail } : {}),
      ...(it.info ? { info: it.info } : {}),
      ...(it.apply ? { apply: it.apply } : {}),
      // The kernel's order is the better guess.
      boost: -index / items.length,
    }),
  );
  return { from, ...(to > context.pos ? { to } : {}), options, validFor: /^\w*$/ };
}
