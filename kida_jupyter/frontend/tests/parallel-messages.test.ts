import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { openCalls, readCalls } from "../src/parallel/calls";
import { readableOn } from "../src/parallel/colours";
import { validCalls, validTimeline } from "../src/parallel/validation";
import { asLine, factsOfCall, factsOfRender } from "../src/parallel/words";
import { fakeModel } from "./fake";
import { malformed, message, renders, timeline } from "./parallel-samples";

const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
beforeEach(() => {
  warn.mockClear();
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe("a timeline", () => {
  test.each(["timeline", "timeline-of-nothing"])("%s is taken as it is", (name) => {
    expect(validTimeline(message(name))).toEqual(message(name));
    expect(warn).not.toHaveBeenCalled();
  });

  test.each(malformed())("%s is refused, with a warning", (name) => {
    expect(validTimeline(message(name))).toBeNull();
    expect(warn).toHaveBeenCalledOnce();
  });

  test.each([null, undefined, 3, "x", [], {}])("%j is none", (value) => expect(validTimeline(value)).toBeNull());
});

describe("the calls of renders", () => {
  const opened = () => {
    const model = fakeModel();
    const changed = vi.fn();
    return { model, changed, calls: openCalls(model, timeline().calls, changed) };
  };

  test("that came with the run are there, with times within the render", () => {
    const { calls } = opened();
    expect(calls.of(0)).toMatchObject([
      { kind: "block", name: "body", place: "page.html 2:1", depth: 0, start: 0.1, end: 1.9, failed: false, parent: -1 },
      { kind: "macro", name: "row", start: 0.2, end: 0.7, parent: 0 },
      { kind: "macro", name: "row", parent: 0 },
    ]);
    expect([calls.moreOf(0), calls.moreOf(3)]).toEqual([3, 0]);
    expect(calls.kinds).toEqual(["block", "macro"]);
  });

  test("that did not are asked for once, and taken when they come", () => {
    const { model, changed, calls } = opened();
    calls.want([0, 2, 4]);
    calls.want([2, 4]);
    expect(model.sent).toHaveLength(1);
    expect(model.sent[0]).toMatchObject({ type: "calls", renders: [2, 4] });
    expect(calls.of(2)).toBeUndefined();
    model.emit("msg:custom", { ...message("calls-answer"), id: model.sent[0]!.id });
    expect(changed).toHaveBeenCalledOnce();
    expect(calls.of(2)).toMatchObject([{ kind: "caller", name: "" }]);
    expect(calls.of(4)).toEqual([]);
  });

  test("for which there was no room are asked for again, and those that nobody has are not", () => {
    const { model, calls } = opened();
    const answer = { type: "calls", kinds: [], more: {} };
    calls.want([1, 2]);
    model.emit("msg:custom", { ...answer, id: model.sent[0]!.id, calls: { 1: [] } });
    calls.want([1, 2]);
    expect(model.sent[1]).toMatchObject({ renders: [2] });
    model.emit("msg:custom", { ...answer, id: model.sent[1]!.id, calls: {} });
    calls.want([1, 2]);
    expect(model.sent).toHaveLength(2);
  });

  test("in the answer to another view are not taken", () => {
    const { model, calls } = opened();
    calls.want([2]);
    model.emit("msg:custom", { ...message("calls-answer"), id: "other" });
    expect(calls.of(2)).toBeUndefined();
  });

  test("that no kernel answers for are said to be missing, until it does", () => {
    const { model, changed, calls } = opened();
    calls.want([2]);
    expect(calls.isUnanswered()).toBe(false);
    vi.advanceTimersByTime(4000);
    expect([calls.isUnanswered(), changed.mock.calls.length]).toEqual([true, 1]);
    model.emit("msg:custom", { ...message("calls-answer"), id: model.sent[0]!.id });
    expect(calls.isUnanswered()).toBe(false);
  });

  test("cannot be asked for without a channel, and then nobody tries again", () => {
    const { model, calls } = opened();
    model.broken = true;
    calls.want([2]);
    expect(calls.isUnanswered()).toBe(true);
    model.broken = false;
    calls.want([2]);
    expect(model.sent).toEqual([]);
  });

  test("in an answer that does not have its shape are left out", () => {
    const { model, calls } = opened();
    calls.want([2]);
    model.emit("msg:custom", { type: "calls", id: model.sent[0]!.id, kinds: [], calls: { 2: [0, 0, 1, 1, 0] }, more: {} });
    expect(calls.of(2)).toBeUndefined();
    expect(warn).toHaveBeenCalledOnce();
    expect(validCalls(message("calls-answer"))).not.toBeNull();
  });

  test("are heard of no longer when the view is gone", () => {
    const { model, calls } = opened();
    calls.want([2]);
    calls.close();
    expect(model.count()).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(calls.isUnanswered()).toBe(false);
  });
});

describe("in words", () => {
  const { calls, kinds } = timeline().calls;
  const within = { calls: [], more: 0, note: "" };

  test("a render says where and when it ran, how long that took and how long alone", () => {
    const facts = factsOfRender(renders().at(0), "kida-render_0", { ...within, calls: readCalls(calls["0"]!, kinds), more: 3 });
    expect(facts).toMatchObject({ title: "Context 0", code: "{'n': 0}", state: "equal", said: "equal to its serial twin" });
    expect(Object.fromEntries(facts.rows)).toEqual({
      worker: "kida-render_0",
      began: "0.00 ms after the first",
      took: "2.00 ms",
      alone: "1.00 ms: here 2.0 times as long",
      calls: "6, 3 of them not drawn",
    });
  });

  test("a render that failed says where, and one that never ran alone says that", () => {
    const [failed, other] = [3, 4].map((index) => factsOfRender(renders().at(renders().rowOf(index)!), "w", within));
    expect(failed!.rows).toContainEqual(["failed", "in macro row at parts.html 1:22"]);
    expect(other!.rows).toContainEqual(["alone", "it never ran alone"]);
  });

  test("calls that are not here are told of as that", () => {
    expect(factsOfRender(renders().at(0), "w", { calls: null, more: 0, note: "…" }).rows).toContainEqual(["calls", "…"]);
  });

  test("a call that an error left says so, the innermost that it failed there", () => {
    const found = readCalls(calls["3"]!, kinds);
    const render = renders().at(renders().rowOf(3)!);
    expect(found.map((call) => factsOfCall(call, found, render).said)).toEqual(["left by the error", "left by the error: it failed here"]);
  });

  test("all of it is one line for who listens", () => {
    const found = readCalls(calls["0"]!, kinds);
    expect(asLine(factsOfCall(found[1]!, found, renders().at(0)))).toBe(
      "macro row; at parts.html 1:4; began 200 µs into the render; took 500 µs, 25 % of it; in context 0",
    );
  });
});

test.each([
  ["rgb(255, 255, 255)", "#0c1420"],
  ["rgb(74, 134, 197)", "#0c1420"],
  ["rgb(198, 47, 37)", "#ffffff"],
  ["rgb(0, 0, 0)", "#ffffff"],
])("words on %s are %s", (colour, expected) => expect(readableOn(colour)).toBe(expected));
