// What Kida adds to Jinja, told to a Jinja parser in words that it knows, character for character as long.

import { type Input, type Parser as LezerParser, Parser, type PartialParse, type TreeFragment } from "@lezer/common";

const TAG = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\?\?=|\?\|>|\?\?|\?\.|\?\[|\?\||\|>|[=!<>]=|[=,()[\]{}]|\bfor\b|\bawait\b|\*(?=[A-Za-z_])/g;
const ASSIGNS = /^\{%[-+]?\s*(?:let|export|promote|set)\b/;
const IS_SET = /^\{%[-+]?\s*set\b/;

/**
 * The text with Kida's own operators replaced by ones of Jinja, each by as many characters: highlighting wants the kinds of
 * tokens and their places, not the meaning. Without it, a parser for Jinja loses its way in the rest of the tag.
 */
export function asJinja(text: string): string {
  return text.replace(TAG, (tag) => (tag.startsWith("{#") ? tag : `${tag.slice(0, 2)}${inTag(tag).slice(2)}`));
}

function inTag(tag: string): string {
  const assigns = ASSIGNS.test(tag);
  let first = IS_SET.test(tag);
  const isLoop = /^\{%[-+]?\s*(?:async\s+)?for\b/.test(tag);
  let depth = 0;
  const start = /^\{[{%][-+]?\s*\w*/.exec(tag)?.[0].length ?? 2;
  const head = tag.startsWith("{%") ? tag.slice(0, start) : tag.slice(0, 2);
  return (
    head.replace(/async$/, "     ") +
    tag.slice(head.length, -2).replace(TOKEN, (token) => {
      switch (token) {
        case "??=":
          return first ? "  =" : "  >";
        case "??":
          return "**";
        case "?|>":
          return " | ";
        case "|>":
          return "| ";
        case "?|":
          return " |";
        case "?.":
          return " .";
        case "?[":
          depth++;
          return " [";
        case "(":
        case "[":
        case "{":
          depth++;
          return token;
        case ")":
        case "]":
        case "}":
          depth--;
          return token;
        case "=": {
          // Only `set` may assign in Jinja, and only once.
          if (depth || !assigns) return token;
          const kept = first;
          first = false;
          return kept ? token : ">";
        }
        case ",":
          return depth === 0 && assigns && !IS_SET.test(tag) ? "~" : token;
        case "for":
          return depth > 0 || !isLoop ? "and" : token;
        case "await":
          return "not  ";
        case "*":
          return " ";
        default:
          return token;
      }
    }) +
    tag.slice(-2)
  );
}

/** A parser that reads its text through `asJinja`. Its tree fits the text itself, as all places stay. */
export class KidaParser extends Parser {
  constructor(private readonly inner: LezerParser) {
    super();
  }

  createParse(
    input: Input,
    fragments: readonly TreeFragment[],
    ranges: readonly { from: number; to: number }[],
  ): PartialParse {
    return this.inner.startParse(asJinja(input.read(0, input.length)), fragments, ranges);
  }
}
