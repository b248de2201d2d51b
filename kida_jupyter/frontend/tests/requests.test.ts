import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { watchKernel } from "../src/kernel";
import { openRequests } from "../src/requests";
import { fakeModel } from "./fake";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a question to Python", () => {
  test("has the answer with its id", async () => {
    const model = fakeModel();
    const { ask } = openRequests(model);
    const [first, second] = [ask({ type: "whole" }), ask({ type: "whole" })];
    const [one, two] = model.sent.map((it) => it.id);
    model.emit("msg:custom", { type: "whole", id: two, output: "2" });
    model.emit("msg:custom", { type: "whole", id: "other", output: "?" });
    model.emit("msg:custom", { type: "whole", id: one, output: "1" });
    expect([(await first)?.output, (await second)?.output]).toEqual(["1", "2"]);
  });

  test("of another view has other ids", () => {
    const model = fakeModel();
    void openRequests(model).ask({ type: "whole" });
    void openRequests(model).ask({ type: "whole" });
    expect(model.sent[0]?.id).not.toBe(model.sent[1]?.id);
  });

  test("that nobody answers in time has none, and a late answer does no harm", async () => {
    const model = fakeModel();
    const answer = openRequests(model).ask({ type: "whole" });
    vi.advanceTimersByTime(3000);
    expect(await answer).toBeNull();
    model.emit("msg:custom", { type: "whole", id: model.sent[0]?.id, output: "late" });
  });

  test("without a kernel has none at once", async () => {
    const model = fakeModel();
    model.broken = true;
    expect(await openRequests(model).ask({ type: "whole" })).toBeNull();
  });

  test("that is open when the view closes has none", async () => {
    const model = fakeModel();
    const requests = openRequests(model);
    const answer = requests.ask({ type: "whole" });
    requests.close();
    expect(await answer).toBeNull();
    expect(model.count()).toBe(0);
  });
});

describe("the kernel", () => {
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };

  test("that answers is there", async () => {
    const kernel = watchKernel(fakeModel(), () => Promise.resolve(true), () => {});
    await settle();
    expect(kernel.life()).toBe("alive");
  });

  test("that does not answer is gone, until it is heard of", async () => {
    const changed = vi.fn();
    const kernel = watchKernel(fakeModel(), () => Promise.resolve(false), changed);
    await settle();
    expect(kernel.life()).toBe("gone");
    kernel.heard();
    expect(kernel.life()).toBe("alive");
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test("that is silent after an edit is gone; one that is busy is waited for", async () => {
    const model = { ...fakeModel(), widget_manager: { kernel: { status: "idle" } } };
    let answers = true;
    const kernel = watchKernel(model, () => Promise.resolve(answers), () => {});
    const edit = async () => {
      kernel.sent();
      vi.advanceTimersByTime(4000);
      await settle();
      return kernel.life();
    };
    expect(await edit()).toBe("alive");
    answers = false;
    expect(await edit()).toBe("gone");
    kernel.heard();
    model.widget_manager.kernel.status = "busy";
    expect(await edit()).toBe("waiting");
  });

  test("that the notebook has none of is gone at once", () => {
    const model = { ...fakeModel(), widget_manager: { kernel: null } };
    expect(watchKernel(model, () => new Promise(() => {}), () => {}).life()).toBe("gone");
  });

  test("is asked after when the channel changes", async () => {
    let answers = true;
    const model = fakeModel();
    const kernel = watchKernel(model, () => Promise.resolve(answers), () => {});
    await settle();
    answers = false;
    model.emit("comm_live_update");
    await settle();
    expect(kernel.life()).toBe("gone");
    kernel.close();
    expect(model.count()).toBe(0);
  });
});
