import { describe, expect, test } from "vitest";

import { driftBetween } from "../src/drift";
import { isInTag } from "../src/editor/completion";
import { problemNow } from "../src/editor/problems";
import { short, times } from "../src/editor/values";
import { formatOf, hasPreview } from "../src/language/formats";
import type { Call, Problem } from "../src/messages";
import { wrongAsName } from "../src/editor/pane";
import { wrongAsJson } from "../src/panels/context";
import { pythonLines, templateLine } from "../src/panels/python";
import { duration, rowsOf, identity } from "../src/panels/trace";
import { stateOf } from "../src/ui/status";
import { themeOfMarks } from "../src/ui/theme";

describe("live values", () => {
  test("are short, in one line, of whole characters", () => {
    expect(short("a\n  b", 9)).toBe("a b");
    expect(short("😀😀😀😀", 3)).toBe("😀😀…");
  });

  test("say how often in words", () => {
    expect([times(1), times(2), times(1200)]).toEqual(["once", "2 times", "1,200 times"]);
  });
});

test.each([
  ["{{ a", true],
  ["{% if a %}b{% x", true],
  ["{{ a }} b", false],
  ["text", false],
  ["{% a %}", false],
])("completion in %j: within a tag is %s", (before, expected) => {
  expect(isInTag(before)).toBe(expected);
});

test.each([
  ["page.html", "text", "html"],
  ["prompt.md.j2", "text", "markdown"],
  ["query.sql.jinja", "html", "sql"],
  ["noname", "yaml", "yaml"],
  ["a.unknown", "json", "json"],
] as const)("a template %s in a playground of %s is %s", (name, otherwise, format) => {
  expect(formatOf(name, otherwise)).toBe(format);
});

test("what is only text has no preview", () => {
  expect(hasPreview("sql")).toBe(false);
  expect(hasPreview("svg")).toBe(true);
});

describe("an override", () => {
  test("is JSON", () => {
    expect(wrongAsJson('{"a": [1, null]}')).toBe("");
    expect(wrongAsJson("null")).toBe("");
  });

  test("has no integer that Python does not read", () => {
    const digits = "1".repeat(4300);
    for (const text of [digits, `[-${digits}]`, `0.${digits}1`, `"${digits}1"`, `${digits}1.5`, `${digits}1e2`])
      expect(wrongAsJson(text)).toBe("");
    for (const text of [`${digits}1`, `[-${digits}1]`, `{"a": ${digits}1}`])
      expect(wrongAsJson(text)).toMatch(/4,300 digits/);
  });

  test("that is a bare word says what is missing", () => {
    expect(wrongAsJson("Zoë")).toBe('not JSON: text goes in quotes, "Zoë"');
    expect(wrongAsJson("{")).toMatch(/^not JSON: /);
  });
});

describe("problems", () => {
  const problem: Problem = {
    template: "a",
    from: 3,
    to: 8,
    severity: "error",
    message: "no",
    hint: null,
    fixes: [{ label: "fix", from: 3, to: 8, text: "title" }],
  };

  test("stand where their text stands now, and their fixes with them", () => {
    const now = problemNow(problem, driftBetween("{{ titel }}", "😀{{ titel }}"), 13);
    expect(now).toMatchObject({ from: 5, to: 10, fixes: [{ from: 5, to: 10 }] });
  });

  test("go with their text", () => {
    expect(problemNow(problem, driftBetween("{{ titel }}", "{{}}"), 4)).toBeNull();
  });
});

describe("the trace", () => {
  const calls: Call[] = [
    ["template", "a", -1, 1, 5, 1, -1],
    ["macro", "quick", 0, 1, 1, 1, 0],
    ["macro", "slow", 1, 3, 3, 2, 0],
    ["filter", "upper", 2, 3, 1, 1, 2],
  ];

  test("has children after their parent, the slowest first", () => {
    expect(rowsOf(calls, new Set()).map((it) => `${it.level} ${it.call[1]}`)).toEqual(["1 a", "2 slow", "3 upper", "2 quick"]);
  });

  test("leaves out what is folded", () => {
    expect(rowsOf(calls, new Set([identity(calls, 2)])).map((it) => it.call[1])).toEqual(["a", "slow", "quick"]);
    expect(rowsOf(calls, new Set([identity(calls, 0)]))).toHaveLength(1);
  });

  test.each([
    [0, "0 µs"],
    [0.0000004, "0 µs"],
    [0.000012, "12 µs"],
    [0.00123, "1.23 ms"],
    [0.0456, "45.6 ms"],
    [0.9996, "1.00 s"],
    [2.5, "2.50 s"],
  ])("%f seconds are %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

describe("lines of the Python code", () => {
  const lines = [[2, 1], [3, 1], [7, 4]] as const;

  test("lead to the template's, also from between", () => {
    expect([1, 2, 5, 7, 9].map((it) => templateLine(lines, it))).toEqual([null, 1, 1, 4, 4]);
  });

  test("are found from the template's", () => {
    expect([pythonLines(lines, 1), pythonLines(lines, 2)]).toEqual([[2, 3], []]);
  });
});

test.each([
  [{ life: "alive", busy: false, behind: false, ok: true }, "fresh"],
  [{ life: "alive", busy: false, behind: false, ok: false }, "broken"],
  [{ life: "alive", busy: true, behind: true, ok: false }, "rendering"],
  [{ life: "alive", busy: false, behind: true, ok: true }, "behind"],
  [{ life: "gone", busy: true, behind: true, ok: true }, "gone"],
  [{ life: "waiting", busy: false, behind: true, ok: true }, "waiting"],
  [{ life: "alive", busy: false, behind: false, ok: null }, "empty"],
] as const)("%j is %s", (facts, state) => {
  expect(stateOf(facts)).toBe(state);
});

test.each([
  ["true", "", null, "light"],
  ["false", "", null, "dark"],
  [null, "vscode-body vscode-dark", null, "dark"],
  [null, "vscode-high-contrast-light", null, "light"],
  [null, "vscode-high-contrast", null, "dark"],
  [null, "", "dark", "dark"],
  [null, "", null, null],
] as const)("a page with the marks %s, %j, %s is %s", (light, classes, theme, expected) => {
  expect(themeOfMarks({ light, classes }, { theme })).toBe(expected);
});

describe("the name of a new template", () => {
  test.each(["row.html", "parts/row.html", "a..b", "é 1.txt"])("%j is one", (name) => {
    expect(wrongAsName(name, ["page.html"])).toBe("");
  });

  test.each(["/row.html", "../row.html", "a/../../b", "C:row", "a\\b"])("%j leads out of a folder", (name) => {
    expect(wrongAsName(name, ["page.html"])).toBe("not a name of a file within a folder");
  });

  test("is not one that is there", () => {
    expect(wrongAsName("page.html", ["page.html"])).toBe("page.html is there already");
  });
});
