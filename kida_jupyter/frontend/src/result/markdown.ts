// Markdown as the preview shows it, each piece of text with the place where it stands in the output.

import MarkdownIt from "markdown-it";

import { lineStarts } from "../positions";
import { type CleanNode, type CleanPage, HTML } from "./nodes";

type Token = ReturnType<InstanceType<typeof MarkdownIt>["parse"]>[number];

interface Open {
  readonly tag: string;
  readonly attributes: Map<string, string>;
  readonly children: CleanNode[];
  readonly from: number;
  readonly to: number;
}

/** Where the characters of a token's content stand: the content's offset of each line, and the output's. */
interface Lines {
  readonly content: readonly number[];
  readonly output: readonly number[];
}

// Escapes and character references stay tokens of their own: their markup is what stands in the output.
const parser = new MarkdownIt({ html: false, linkify: false }).disable("text_join");

/** The page that an output in Markdown makes. */
export function markdownPage(output: string): CleanPage {
  // markdown-it reads "\r\n" as "\n": it is given texts of the same length, so that lines keep their places.
  const starts = lineStarts(output.replace(/\r\n?/g, (end) => (end.length === 2 ? " \n" : "\n")));
  const walk = new Walk(output, starts);
  for (const token of parser.parse(output, {})) walk.block(token);
  return { html: new Map(), body: new Map([["class", "kida-markdown"]]), styles: [], content: walk.content };
}

class Walk {
  readonly content: CleanNode[] = [];
  private readonly open: Open[] = [];
  /** Start of the last row of a table in the output, and how far its cells have been found. */
  private cell = 0;

  constructor(
    private readonly output: string,
    private readonly starts: readonly number[],
  ) {}

  block(token: Token): void {
    if (token.type === "tr_open" && token.map) this.cell = this.lineStart(token.map[0]);
    if (token.type === "inline") this.inline(token);
    else if (token.type === "fence" || token.type === "code_block") this.code(token);
    else if (token.nesting === 1) this.start(token);
    else if (token.nesting === -1) this.end();
    else if (token.tag) {
      this.start(token);
      this.end();
    }
  }

  private get inside(): CleanNode[] {
    return this.open[this.open.length - 1]?.children ?? this.content;
  }

  private lineStart(line: number): number {
    return this.starts[line] ?? this.output.length;
  }

  private start(token: Token, from?: number, to?: number): void {
    // In a tight list the paragraphs are there for the parser alone.
    const tag = token.hidden ? "" : token.tag;
    const at = token.map ? this.lineStart(token.map[0]) : (from ?? 0);
    this.open.push({ tag, attributes: attributesOf(token), children: [], from: at, to: to ?? at });
  }

  private end(): void {
    const done = this.open.pop();
    if (!done) return;
    if (done.tag) this.inside.push(element(done));
    else this.inside.push(...done.children);
  }

  private text(text: string, from: number, to: number, lines?: Lines, offset = 0): void {
    if (!text) return;
    let map: Uint32Array | null = null;
    if (lines || to - from !== text.length) {
      map = new Uint32Array(text.length + 1);
      for (let unit = 0; unit <= text.length; unit++)
        map[unit] = (lines ? place(lines, offset + unit) : unit < text.length ? from : to) - from;
    }
    this.inside.push({ kind: "text", text, from, to, map });
  }

  private code(token: Token): void {
    const [first, end] = token.map ?? [0, 0];
    const isFence = token.type === "fence";
    const lines = this.lines(token.content, isFence ? first + 1 : first, end);
    const from = place(lines, 0);
    this.open.push({ tag: "pre", attributes: new Map(), children: [], from, to: from });
    this.open.push({ tag: "code", attributes: new Map(), children: [], from, to: from });
    this.text(token.content, from, place(lines, token.content.length), lines);
    this.end();
    this.end();
  }

  /** Finds each line of a content in the lines of the output that its block covers; quote marks and indents go before it. */
  private lines(content: string, first: number, end: number): Lines {
    const parts = content.split("\n");
    const inContent: number[] = [];
    const inOutput: number[] = [];
    let at = 0;
    parts.forEach((part, index) => {
      const start = this.lineStart(Math.min(first + index, end));
      const found = part ? this.output.indexOf(part, start) : start;
      const limit = this.lineStart(Math.min(first + index + 1, end));
      inContent.push(at);
      inOutput.push(found !== -1 && found <= limit ? found : start);
      at += part.length + 1;
    });
    return { content: inContent, output: inOutput };
  }

  private inline(token: Token): void {
    const lines = token.map && !this.inCell() ? this.lines(token.content, token.map[0], token.map[1]) : this.cellLines(token.content);
    let at = 0;
    for (const child of token.children ?? []) at = this.piece(child, token.content, at, lines);
  }

  private inCell(): boolean {
    const tag = this.open[this.open.length - 1]?.tag;
    return tag === "td" || tag === "th";
  }

  private cellLines(content: string): Lines {
    // Several cells stand on one line: each is looked for after the one before it.
    const found = content ? this.output.indexOf(content, this.cell) : -1;
    if (found !== -1) this.cell = found + content.length;
    return { content: [0], output: [found === -1 ? this.cell : found] };
  }

  /** One piece of inline content, found from an offset of the content on; gives the offset after it. */
  private piece(token: Token, content: string, at: number, lines: Lines): number {
    const found = (text: string): [number, number] => {
      const start = content.indexOf(text, at);
      return start === -1 ? [at, at] : [start, start + text.length];
    };
    const put = (text: string, start: number, end: number): void => {
      const [from, to] = [place(lines, start), place(lines, end)];
      if (end - start === text.length && lines.content.length > 1) this.text(text, from, to, lines, start);
      else this.text(text, from, to);
    };
    switch (token.type) {
      case "text": {
        const [start, end] = found(token.content);
        put(token.content, start, end);
        return end;
      }
      case "text_special": {
        const [start, end] = found(token.markup);
        put(token.content, start, end);
        return end;
      }
      case "softbreak":
      case "hardbreak": {
        const start = content.indexOf("\n", at);
        const end = start === -1 ? at : start + 1;
        if (token.type === "hardbreak") {
          this.start(token, place(lines, end));
          this.end();
        }
        put("\n", end - 1, end);
        return end;
      }
      case "code_inline": {
        const ticks = content.indexOf(token.markup, at);
        const [start, end] = codeWithin(content, ticks === -1 ? at : ticks + token.markup.length, token.content);
        this.start(token, place(lines, start));
        put(token.content, start, end);
        this.end();
        return content.indexOf(token.markup, end) + token.markup.length;
      }
      case "image": {
        const start = content.indexOf("![", at);
        const alt = content.indexOf("]", start + 2 + token.content.length);
        const end = afterTarget(content, alt);
        this.image(token, place(lines, start), place(lines, end));
        return end;
      }
      case "link_close": {
        this.end();
        return token.markup === "autolink" ? content.indexOf(">", at) + 1 : afterTarget(content, content.indexOf("]", at));
      }
      default: {
        const [start, end] = token.markup && token.markup !== "autolink" ? found(token.markup) : [at, at];
        if (token.nesting === 1) this.start(token, place(lines, start), place(lines, end));
        else if (token.nesting === -1) this.end();
        return end;
      }
    }
  }

  private image(token: Token, from: number, to: number): void {
    const source = String(token.attrGet("src") ?? "");
    const attributes = new Map([["alt", token.content]]);
    if (/^data:image\//i.test(source)) attributes.set("src", source);
    else attributes.set("title", source);
    this.inside.push(element({ tag: "img", attributes, children: [], from, to }));
  }
}

const element = (open: Open): CleanNode => ({ kind: "element", namespace: HTML, ...open });

function attributesOf(token: Token): Map<string, string> {
  const kept = new Map<string, string>();
  const style = token.attrGet("style");
  if (style) kept.set("style", String(style));
  const start = token.attrGet("start");
  if (start) kept.set("start", String(start));
  if (token.type === "link_open") {
    kept.set("data-kida-link", "");
    kept.set("title", String(token.attrGet("title") ?? token.attrGet("href") ?? ""));
  }
  return kept;
}

/** Where an offset of a content stands in the output. */
function place(lines: Lines, offset: number): number {
  let line = lines.content.length - 1;
  while (line > 0 && (lines.content[line] as number) > offset) line--;
  return (lines.output[line] as number) + offset - (lines.content[line] as number);
}

/** Code stands in the content with spaces around it that were taken off, and line ends that became spaces. */
function codeWithin(content: string, at: number, code: string): [number, number] {
  const start = content.replaceAll("\n", " ").indexOf(code, at);
  return start === -1 ? [at, at] : [start, start + code.length];
}

/** The offset after a link's target: "](…)", "][…]" or "]" alone. */
function afterTarget(content: string, bracket: number): number {
  if (bracket === -1) return content.length;
  const next = content.charAt(bracket + 1);
  if (next === "[") return content.indexOf("]", bracket + 2) + 1 || bracket + 1;
  if (next !== "(") return bracket + 1;
  let depth = 0;
  for (let at = bracket + 1; at < content.length; at++) {
    const unit = content.charAt(at);
    if (unit === "\\") at++;
    else if (unit === "<") at = Math.max(at, content.indexOf(">", at));
    else if (unit === '"' || unit === "'") at = Math.max(at, content.indexOf(unit, at + 1));
    else if (unit === "(") depth++;
    else if (unit === ")" && --depth === 0) return at + 1;
  }
  return bracket + 1;
}
