// A toy of a template engine for the development page: enough of the language to give real results with real places.

import type { Chain, Json, Problem, Result, Span, Value, Variable } from "../src/messages";
import { lineStarts, placeOf } from "../src/positions";

type Node =
  | { kind: "text"; from: number; to: number }
  | { kind: "value"; from: number; to: number; path: string; filters: string[] }
  | { kind: "for"; from: number; to: number; name: string; path: string; body: Node[] }
  | { kind: "include"; from: number; to: number; name: string }
  | { kind: "macro"; name: string; parameter: string; body: Node[] }
  | { kind: "call"; from: number; to: number; name: string; path: string };

class Wrong extends Error {
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
    readonly hint: string | null = null,
    readonly fix: string | null = null,
  ) {
    super(message);
  }
}

interface Parsed {
  body: Node[];
  macros: Map<string, Extract<Node, { kind: "macro" }>>;
}

function parse(text: string): Parsed {
  const macros: Parsed["macros"] = new Map();
  const root: Node[] = [];
  const open: { body: Node[]; from: number; to: number; tag: string }[] = [{ body: root, from: 0, to: 0, tag: "" }];
  const body = (): Node[] => (open[open.length - 1] as { body: Node[] }).body;
  let done = 0;
  const matcher = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}|\{\{|\{%/g;
  for (let match = matcher.exec(text); match; match = matcher.exec(text)) {
    const [tag] = match;
    if (match.index > done) body().push({ kind: "text", from: done, to: match.index });
    done = match.index + tag.length;
    if (tag.startsWith("{#")) continue;
    if (tag.length === 2) throw new Wrong(`'${tag}' is never closed`, match.index, match.index + 2, `close it with '${tag === "{{" ? "}}" : "%}"}'`);
    const inner = tag.slice(2, -2).replace(/^[-+]/, " ").replace(/[-+]$/, " ");
    const words = inner.trim();
    const from = match.index + 2 + inner.indexOf(words);
    const to = from + words.length;
    if (tag.startsWith("{{")) {
      const call = /^(\w+)\(([\w.]+)\)$/.exec(words);
      if (call) body().push({ kind: "call", from, to, name: call[1] as string, path: call[2] as string });
      else {
        const [path = "", ...filters] = words.split("|").map((it) => it.trim());
        body().push({ kind: "value", from, to, path, filters });
      }
      continue;
    }
    const loop = /^for (\w+) in ([\w.]+)$/.exec(words);
    const include = /^include ["']([^"']+)["']$/.exec(words);
    const macro = /^macro (\w+)\((\w+)\)$/.exec(words);
    if (loop) {
      const node: Node = { kind: "for", from, to, name: loop[1] as string, path: loop[2] as string, body: [] };
      body().push(node);
      open.push({ body: node.body, from, to, tag: "for" });
    } else if (macro) {
      const node = { kind: "macro" as const, name: macro[1] as string, parameter: macro[2] as string, body: [] };
      macros.set(node.name, node);
      open.push({ body: node.body, from, to, tag: "macro" });
    } else if (include) body().push({ kind: "include", from, to, name: include[1] as string });
    else if (/^end\w*$/.test(words)) {
      if (open.length === 1) throw new Wrong(`'${words}' closes nothing`, from, to, "take it away", "");
      open.pop();
    } else throw new Wrong(`unknown tag '${words.split(" ")[0]}'`, from, to, "tags here: for, macro, include, end");
  }
  if (done < text.length) body().push({ kind: "text", from: done, to: text.length });
  const last = open[open.length - 1];
  if (last && open.length > 1) throw new Wrong(`'${last.tag}' is never closed`, last.from, last.to, "close it with '{% end %}'");
  return { body: root, macros };
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;").replaceAll("'", "&#39;");

/** Renders the main template; where it fails, the result keeps what the last good one had. */
export function render(
  templates: Record<string, string>,
  main: string,
  data: Record<string, Json>,
  overrides: Record<string, Json>,
  edition: number,
  isHtml: boolean,
  last: Result | null,
): Result {
  const start = performance.now();
  const names = Object.keys(templates);
  const spans: Span[] = [];
  const spanIds = new Map<string, number>();
  const chains: Chain[] = [];
  const segments: number[] = [];
  const values = new Map<number, [number, string, string]>();
  const calls: [string, string, number, number, number, number, number][] = [];
  const reads = new Map<string, number>();
  let output = "";

  const spanOf = (template: string, from: number, to: number): number => {
    const key = `${template}:${from}:${to}`;
    const known = spanIds.get(key);
    if (known !== undefined) return known;
    const { line, column } = placeOf(templates[template] as string, from, lineStarts(templates[template] as string));
    spans.push([names.indexOf(template), from, to, line, column]);
    spanIds.set(key, spans.length - 1);
    return spans.length - 1;
  };
  const write = (text: string, span: number, chain: number): void => {
    if (!text) return;
    segments.push(output.length, output.length + text.length, span, chain);
    output += text;
  };
  const chainOf = (kind: string, name: string, span: number, parent: number): number => chains.push([kind, name, span, parent]) - 1;
  const callOf = (kind: string, name: string, span: number, parent: number): number => {
    const at = calls.findIndex((it) => it[0] === kind && it[1] === name && it[2] === span && it[6] === parent);
    const index = at === -1 ? calls.push([kind, name, span, 0, 0, 0, parent]) - 1 : at;
    (calls[index] as number[])[3]!++;
    const spent = 0.00002 + (name.length % 5) * 0.00003;
    for (let up = index; up >= 0; up = (calls[up] as number[])[6] as number) (calls[up] as number[])[4]! += spent;
    (calls[index] as number[])[5]! += spent;
    return index;
  };

  const run = (template: string, nodes: Node[], parsed: Parsed, scope: Record<string, Json>, chain: number, call: number): void => {
    const lookUp = (path: string, from: number, to: number): Json => {
      const [first = "", ...rest] = path.split(".");
      if (!(first in scope)) {
        const near = Object.keys(scope).find((it) => it.slice(0, 3) === first.slice(0, 3)) ?? null;
        throw Object.assign(new Wrong(`'${first}' is undefined`, from, to, near ? `did you mean '${near}'?` : null, near && path.replace(first, near)), { template });
      }
      if (first in data || first in overrides) reads.set(first, (reads.get(first) ?? 0) + 1);
      return rest.reduce<Json>((value, name) => ((value as Record<string, Json>)?.[name] ?? null), scope[first] as Json);
    };
    for (const node of nodes) {
      if (node.kind === "text") write((templates[template] as string).slice(node.from, node.to), spanOf(template, node.from, node.to), chain);
      else if (node.kind === "value") {
        let value = lookUp(node.path, node.from, node.to);
        const span = spanOf(template, node.from, node.to);
        let isSafe = false;
        for (const filter of node.filters) {
          callOf("filter", filter, span, call);
          if (filter === "upper") value = String(value).toUpperCase();
          if (filter === "safe") isSafe = true;
        }
        const [count] = values.get(span) ?? [0];
        values.set(span, [count + 1, typeof value === "string" ? `'${value}'` : JSON.stringify(value), typeof value === "string" ? "str" : "int"]);
        write(isHtml && !isSafe ? escapeHtml(String(value)) : String(value), span, chain);
      } else if (node.kind === "for") {
        const list = lookUp(node.path, node.from, node.to) as Json[];
        const span = spanOf(template, node.from, node.to);
        list.forEach((item, at) => {
          run(template, node.body, parsed, { ...scope, [node.name]: item }, chainOf("loop", `row ${at + 1} of ${list.length}`, span, chain), call);
        });
      } else if (node.kind === "include") {
        const span = spanOf(template, node.from, node.to);
        if (!(node.name in templates)) throw Object.assign(new Wrong(`no template '${node.name}'`, node.from, node.to), { template });
        const inner = parse(templates[node.name] as string);
        for (const [name, macro] of parse(templates[node.name] as string).macros) parsed.macros.set(name, { ...macro, from: node.name } as never);
        run(node.name, inner.body, inner, scope, chainOf("include", node.name, span, chain), callOf("include", node.name, span, call));
      } else if (node.kind === "call") {
        const macro = parsed.macros.get(node.name);
        const span = spanOf(template, node.from, node.to);
        if (!macro) throw Object.assign(new Wrong(`'${node.name}' is undefined`, node.from, node.to), { template });
        const home = (macro as { from?: string }).from ?? template;
        const value = lookUp(node.path, node.from, node.to);
        run(home, macro.body, parsed, { ...scope, [macro.parameter]: value }, chainOf("macro", node.name, span, chain), callOf("macro", node.name, span, call));
      }
    }
  };

  const problems: Problem[] = [];
  let failed: Wrong | null = null;
  let where = main;
  try {
    where = main;
    const parsed = parse(templates[main] as string);
    run(main, parsed.body, parsed, { ...data, ...overrides }, chainOf("template", main, -1, -1), callOf("template", main, -1, -1));
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    failed = error;
    where = (error as { template?: string }).template ?? main;
    problems.push({
      template: where,
      from: error.from,
      to: error.to,
      severity: "error",
      message: error.message,
      hint: error.hint,
      fixes: error.fix === null ? [] : [{ label: error.fix ? `Replace by '${error.fix}'` : "Take it away", from: error.from, to: error.to, text: error.fix }],
    });
  }

  const missing = failed && /^'(\w+)' is undefined/.exec(failed.message)?.[1];
  const context: Variable[] = Object.entries({ ...data, ...overrides }).map(([name, value]) => ({
    name,
    origin: name in overrides ? "override" : "notebook",
    type: Array.isArray(value) ? "list" : typeof value === "string" ? "str" : typeof value === "number" ? "int" : "dict",
    value: JSON.stringify(value),
    json: JSON.stringify(value),
    reads: reads.get(name) ?? 0,
  }));
  if (missing) context.push({ name: missing, origin: "missing", type: "", value: "", json: null, reads: 1 });

  const base = {
    edition,
    seconds: (performance.now() - start) / 1000,
    problems,
    context,
  };
  if (failed) {
    const source = templates[where] as string;
    const { line, column } = placeOf(source, failed.from);
    const row = source.split("\n")[line - 1] ?? "";
    const html =
      `<div class="kida-error" role="group" aria-label="Template error"><style>.kida-error{color:light-dark(#1b1b1b,#e8e8e8);font-size:13px;padding:6px 10px}` +
      `.kida-error .kind{color:light-dark(#b3261e,#ff9b91);font-weight:600}.kida-error .code{float:right;opacity:.8}.kida-error p{margin:0 0 4px}.kida-error pre{margin:4px 0;padding:4px 8px;border:1px solid light-dark(#d0d0d0,#4a4a4a);overflow:auto}` +
      `.kida-error mark{background:light-dark(#ffdcd8,#6b1f19);color:inherit;text-decoration:underline 2px light-dark(#b3261e,#ff9b91)}</style>` +
      `<p class="headline"><code class="code">K-TOY-001</code><span class="kind">TemplateError</span>: ${escapeHtml(failed.message)}</p>` +
      (failed.hint ? `<p><b>Hint:</b> ${escapeHtml(failed.hint)}</p>` : "") +
      `<p>in template <code>${where}</code> at ${where} ${line}:${column}</p>` +
      `<pre>${line} │ ${escapeHtml(row.slice(0, column - 1))}<mark>${escapeHtml(row.slice(column - 1, column - 1 + failed.to - failed.from))}</mark>${escapeHtml(row.slice(column - 1 + failed.to - failed.from))}</pre></div>`;
    const error = { kind: "TemplateError", code: "K-TOY-001", message: failed.message, hint: failed.hint, html, text: failed.message };
    if (last) return { ...last, ...base, ok: false, lastGood: last.lastGood, error };
    return { ...base, ok: false, lastGood: null, error, output: "", templates: names, spans: [], chains: [], segments: [], values: [], calls: [], cut: null };
  }
  return {
    ...base,
    ok: true,
    lastGood: edition,
    error: null,
    output,
    templates: names,
    spans,
    chains,
    segments,
    values: [...values].map(([span, [count, text, type]]): Value => [span, count, text, type]),
    calls,
    cut: null,
  };
}
