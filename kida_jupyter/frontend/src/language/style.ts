// Colours of code, the same in templates, results and Python; they are the page's variables, so both themes have them.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.definitionKeyword, tags.moduleKeyword], color: "var(--code-keyword)" },
  { tag: [tags.brace, tags.processingInstruction], color: "var(--code-brace)" },
  { tag: [tags.variableName, tags.definition(tags.variableName)], color: "var(--code-name)" },
  { tag: [tags.propertyName, tags.attributeName], color: "var(--code-property)" },
  { tag: [tags.special(tags.variableName), tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: [tags.string, tags.attributeValue, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: [tags.comment, tags.meta, tags.documentMeta], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.tagName, tags.typeName, tags.className], color: "var(--code-tag)" },
  { tag: [tags.operator, tags.punctuation, tags.angleBracket, tags.separator], color: "var(--code-punctuation)" },
  { tag: tags.heading, color: "var(--code-tag)", fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: [tags.link, tags.url], color: "var(--code-string)" },
]);

export const codeColours = syntaxHighlighting(style);
