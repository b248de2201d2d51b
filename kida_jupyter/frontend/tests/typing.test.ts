import { EditorState } from "@codemirror/state";
import { describe, expect, test } from "vitest";

import { isTypedOver } from "../src/editor/typing";

/** Parameters: `text`, with "|" where the caret stands. */
const over = (text: string): boolean => isTypedOver(EditorState.create({ doc: text.replace("|", "") }), text.indexOf("|"));

describe("a percent sign is typed over", () => {
  test.each(["{% if x |%}", "{%|%}", "a\n{%- for x in y |%}b", "{% if a %}{% if b |%}"])("before the end of a tag: %j", (text) => {
    expect(over(text)).toBe(true);
  });

  test.each(["{% if x | %}", "{{ 7 |%}", "|%}", "{% if x %}|%}", "{% if x |"])("and nowhere else: %j", (text) => {
    expect(over(text)).toBe(false);
  });
});
