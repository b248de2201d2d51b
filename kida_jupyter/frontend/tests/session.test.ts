import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { openSession } from "../src/session";
import { fakeModel } from "./fake";
import { sample } from "./samples";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("edits", () => {
  test("that follow closely go out together, with one edition", () => {
    const model = fakeModel();
    const session = openSession(model);
    session.edit("a.html", "one!");
    session.edit("a.html", "one!!");
    expect([session.edition(), model.saved.length]).toEqual([2, 0]);
    vi.runAllTimers();
    expect(model.saved).toEqual([{ templates: { "a.html": "one!!" }, edition: 2 }]);
  });

  test("leave alone what another view has changed meanwhile", () => {
    const model = fakeModel({ templates: { "a.html": "one", "b.html": "two" } });
    const session = openSession(model);
    session.edit("a.html", "mine");
    model.receive({ templates: { "a.html": "one", "b.html": "theirs" }, edition: 2 });
    vi.runAllTimers();
    expect(model.get("templates")).toEqual({ "a.html": "mine", "b.html": "theirs" });
    expect(model.get("edition")).toBe(3);
  });

  test("go out with whatever else changes", () => {
    const model = fakeModel();
    const session = openSession(model);
    session.edit("a.html", "new");
    session.change({ overrides: { n: "1.0" } });
    vi.runAllTimers();
    expect(model.saved).toEqual([{ overrides: { n: "1.0" }, templates: { "a.html": "new" }, edition: 2 }]);
  });

  test("that change nothing, or back, are none", () => {
    const model = fakeModel();
    const session = openSession(model);
    session.edit("a.html", "one");
    session.edit("a.html", "one!");
    session.edit("a.html", "one");
    expect(session.edition()).toBe(1);
    vi.runAllTimers();
    expect(model.saved).toEqual([]);
  });

  test("are not lost when the view is closed", () => {
    const model = fakeModel();
    const session = openSession(model);
    session.edit("a.html", "last");
    session.close();
    expect(model.get("templates")).toEqual({ "a.html": "last" });
    expect(model.count()).toBe(0);
  });

  test("stay on the page without a kernel", () => {
    const model = fakeModel();
    const session = openSession(model);
    const lost = vi.fn();
    session.on("lost", lost);
    model.broken = true;
    session.edit("a.html", "alone");
    vi.runAllTimers();
    expect(lost).toHaveBeenCalled();
    expect(session.templates()).toEqual({ "a.html": "alone" });
  });
});

describe("editions", () => {
  test("keep the texts that they had", () => {
    const model = fakeModel();
    const session = openSession(model);
    session.edit("a.html", "two");
    vi.runAllTimers();
    model.receive({ templates: { "a.html": "three" }, edition: 3 });
    expect([1, 2, 3, 9, null].map((it) => session.textIn(it, "a.html"))).toEqual(["one", "two", "three", undefined, undefined]);
  });

  test("that are long gone are forgotten", () => {
    const model = fakeModel();
    const session = openSession(model);
    for (let edition = 2; edition < 100; edition++) model.receive({ edition });
    expect([session.textIn(1, "a.html"), session.textIn(99, "a.html")]).toEqual([undefined, "one"]);
  });
});

describe("results", () => {
  test("that are broken leave the one before", () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const { message } = sample("result-html");
    const model = fakeModel({ result: message });
    const session = openSession(model);
    model.receive({ result: { nonsense: true } });
    expect(session.result()).toEqual(message);
  });
});

describe("what is to be seen", () => {
  test("changes in one part and keeps the others", () => {
    const model = fakeModel({ show: { tab: "text", panel: "trace", values: false, pinned: "x", split: 0.3 } });
    const session = openSession(model);
    session.see({ panel: "" });
    expect(model.saved).toEqual([{ show: { tab: "text", panel: "", values: false, pinned: "x", split: 0.3 } }]);
  });

  test("is a template that is there", () => {
    expect(openSession(fakeModel({ active: "gone.html" })).active()).toBe("a.html");
    expect(openSession(fakeModel({ active: "gone", main: "gone" })).active()).toBe("a.html");
    expect(openSession(fakeModel({ templates: {}, active: "x" })).active()).toBe("");
  });

  test("texts have plain line ends", () => {
    expect(openSession(fakeModel({ templates: { a: "x\r\ny" } })).templates()).toEqual({ a: "x\ny" });
  });
});
