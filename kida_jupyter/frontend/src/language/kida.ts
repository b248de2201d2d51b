// What Kida adds to Jinja, told to a Jinja parser in words that it knows, character for character as long.

import { type Input, type Parser as LezerParser, Parser, type PartialParse, type TreeFragment } from "@lezer/common";

const TAG = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\?\?=|\?\|>|\?\?|\?\.|\?\[|\?\||\|>|[=!<>]=|[=,()[\]{}]|\bfor\b|\bawait\b|\*(?=[A-Za-z_])/g;
const ASSIGNS = /^\{%[-+]?\s*(?:let|export|promote|set)\b/;
const HEAD = /^\{%[-+]?\s*(\w+)/;
/** Tags with a grammar of their own in Jinja's parser, or above; what stands in any other is one expression to it. */
const KNOWN = /^(?:for|if|elif|else|set|macro|call|filter|extends|include|import|from|block|with|autoescape|raw|let|export|promote|match|case|async|while|unless|def|end\w*)$/;
const WORDS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\w+|\s+|[^\w\s]/g;
const OPERATOR = /^(?:and|or|not|in|is|if|else)$/;
const IF_OF_BLOCK = /\{%[-+]?\s*block\s+\w+\s+if\b/;
const IS_SET = /^\{%[-+]?\s*set\b/;

/**
 * The text with Kida's own operators replaced by ones of Jinja, each by as many characters: highlighting wants the kinds of
 * tokens and their places, not the meaning. Without it, a parser for Jinja loses its way in the rest of the tag.
 */
export function asJinja(text: string): string {
  // Jinja's block takes no condition: where one has one, all are tags like any other.
  const loosensBlocks = IF_OF_BLOCK.test(text);
  return text.replace(TAG, (tag) => {
    if (tag.startsWith("{#")) return tag;
    return `${tag.slice(0, 2)}${inTag(tag.startsWith("{%") ? loosened(tag, loosensBlocks) : tag).slice(2)}`;
  });
}

/** A tag whose words Jinja's parser does not know, with them joined to one expression. */
function loosened(tag: string, loosensBlocks: boolean): string {
  const name = HEAD.exec(tag)?.[1] ?? "";
  const renamed = (by: string) => tag.replace(name, name.slice(0, -1) + by);
  // Jinja's parser has a grammar of its own for messages, with less in it.
  if (/^(?:end)?trans$|^pluralize$/.test(name)) tag = renamed("z");
  if (loosensBlocks && /^(?:end)?block$/.test(name)) tag = renamed("c");
  if (name === "include" && /\bwith\s+\w+\s*=|\bonly\b/.test(tag)) tag = renamed("_");
  if (name === "def") return withoutAnnotations(tag);
  if (KNOWN.test(HEAD.exec(tag)?.[1] ?? "")) return tag;
  const start = HEAD.exec(tag)?.[0].length ?? 2;
  return tag.slice(0, start) + oneExpression(tag.slice(start, -2)) + tag.slice(-2);
}

function oneExpression(text: string): string {
  const words = text.match(WORDS) ?? [];
  let depth = 0;
  let last = -1; // the last word that is no space
  words.forEach((word, at) => {
    if (/^\s/.test(word)) return;
    if (/^[)\]}]$/.test(word)) depth--;
    if (depth === 0) {
      const before = last < 0 ? "" : (words[last] ?? "");
      // words of Jinja's include alone
      if (/^(?:with|without|context|ignore|missing)$/.test(word)) words[at] = `${word.slice(0, -1)}_`;
      else if (word === "let" && words[at + 1] === ":") words[at] = last < 0 ? word : "and";
      else if (word === ":") words[at] = " ";
      else if (word === ",") words[at] = "~";
      else if (word === "=" && !/[=!<>?]/.test(before) && !/^[=]/.test(words[at + 1] ?? "")) words[at] = ">";
      if (ends(before) && begins(words[at] ?? "") && last === at - 2) words[at - 1] = `~${(words[at - 1] ?? "").slice(1)}`;
    }
    if (/^[([{]$/.test(word)) depth++;
    if (words[at] !== " ") last = at;
  });
  return words.join("");
}

function ends(word: string): boolean {
  return /[\w"')\]}]$/.test(word) && !OPERATOR.test(word.trim());
}

function begins(word: string): boolean {
  return /^[\w"'([{]/.test(word) && !OPERATOR.test(word.trim());
}

/** The head of a `def` as that of a call: an annotation is a value to Jinja's parser, and a mark alone a number. */
function withoutAnnotations(tag: string): string {
  let depth = -1; // the tag's own brace comes first
  let isAnnotated = false;
  return tag.replace(WORDS, (word, at: number) => {
    if (/^[([{]$/.test(word)) depth++;
    else if (/^[)\]}]$/.test(word)) depth--;
    else if (depth === 1 && word === ",") isAnnotated = false;
    else if (depth === 1 && word === ":") {
      isAnnotated = true;
      return "=";
    } else if (depth === 1 && word === "=" && isAnnotated) return ">";
    else if (depth === 1 && (word === "/" || word === "*")) return /^\s*[,)]/.test(tag.slice(at + 1)) ? "0" : " ";
    return word;
  });
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
