import { beforeEach, describe, expect, test, vi } from "vitest";

import { validAnswer, validEarly, validFormat, validResult, validShow, validTexts } from "../src/validation";
import { sample, samples } from "./samples";

const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
beforeEach(() => warn.mockClear());

const good = samples().filter(([, it]) => it.what === "result");
const answers = samples().filter(([, it]) => it.what === "answer");
const bad = samples("malformed/");

test("an early output is let through, and nothing that is none", () => {
  const early = { edition: 3, output: "so far", seconds: 0.1, cut: null };
  expect(validEarly(early)).toEqual(early);
  expect(validEarly({})).toBeNull();
  expect(validEarly({ ...early, output: 7 })).toBeNull();
});

describe("results", () => {
  test.each(good)("%s is taken as it is", (_, { message }) => {
    expect(validResult(message)).toEqual(message);
    expect(warn).not.toHaveBeenCalled();
  });

  test.each(bad)("%s is refused, with a warning", (_, { message }) => {
    expect(validResult(message)).toBeNull();
    expect(warn).toHaveBeenCalledOnce();
  });

  test("a warning says where", () => {
    validResult({ ...sample("result-html").message, values: [[0, 1, "x", "str"], [0, "1", "x", "str"]] });
    expect(warn).toHaveBeenCalledWith("kida playground: left out result.values[1]: a whole number expected");
  });

  test("one that is not there yet is none, quietly", () => {
    expect([validResult({}), validResult(null), validResult(undefined)]).toEqual([null, null, null]);
    expect(warn).not.toHaveBeenCalled();
  });

  test.each([3, "x", [], [1], true])("%j is none", (value) => {
    expect(validResult(value)).toBeNull();
  });

  test("each segment has the text that its span wrote", () => {
    const { message, texts = {} } = sample("result-line-ends");
    const result = validResult(message);
    const [from, to, span] = result?.segments.slice(4, 8) ?? [];
    expect(result?.output.slice(from, to)).toBe("e\u0301\r\n&");
    const [, start, end] = result?.spans[span as number] ?? [];
    expect(texts["letter.md"]?.slice(start, end)).toBe("name");
  });
});

describe("answers", () => {
  test.each(answers)("%s is taken", (_, { message, to = "whole" }) => {
    const { id: _id, ...rest } = message;
    expect(validAnswer(to, message)).toEqual(rest);
  });

  test.each(answers)("%s is not taken for another question's", (_, { message, to }) => {
    expect(validAnswer(to === "whole" ? "python" : "whole", message)).toBeNull();
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe("traits", () => {
  const { message } = sample("traits");

  test("have their sample's values", () => {
    expect(validShow(message.show)).toEqual(message.show);
    expect(validTexts(message.templates)).toEqual(message.templates);
    expect(validFormat(message.format)).toBe(message.format);
  });

  test("that are wrong have sensible ones", () => {
    expect(validShow({ tab: "x", split: 7, values: "no", pinned: 3 })).toEqual({ tab: "preview", panel: "", values: true, pinned: null, split: 0.5 });
    expect(validShow(null).tab).toBe("preview");
    expect(validFormat("docx")).toBe("text");
    expect(validTexts({ a: "x", b: 3 })).toEqual({ a: "x" });
  });
});
