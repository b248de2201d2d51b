// Questions to Python and their answers, matched by id; one that is not answered in time counts as unanswered.

import type { Answers, Question } from "./messages";
import { type Model, type Undo, listen } from "./model";
import { validAnswer } from "./validation";

/** Asks Python; null where no kernel answers in time, or with something else than an answer. */
export type Ask = <K extends Question["type"]>(
  question: Extract<Question, { type: K }>,
  timeout?: number,
) => Promise<Answers[K] | null>;

// Long enough for a kernel that renders something else meanwhile, short enough that a completion is not stale.
const TIMEOUT = 3000;

/** The way to ask, and the end of it: then every open question counts as unanswered. */
export function openRequests(model: Model, heard: () => void = () => {}): { ask: Ask; close: Undo } {
  const open = new Map<string, (answer: unknown) => void>();
  // Several views of one model hear all answers; a view must know its own.
  const mine = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let count = 0;

  const stop = listen(model, "msg:custom", (content: { id?: unknown } | null) => {
    heard();
    const id = content?.id;
    if (typeof id === "string") open.get(id)?.(content);
  });

  const ask: Ask = (question, timeout = TIMEOUT) =>
    new Promise((resolve) => {
      const id = `${mine}-${count++}`;
      const done = (answer: unknown): void => {
        clearTimeout(timer);
        open.delete(id);
        resolve(answer === null ? null : validAnswer(question.type, answer));
      };
      const timer = setTimeout(done, timeout, null);
      open.set(id, done);
      try {
        model.send({ ...question, id });
      } catch {
        // Without a kernel there is no channel to send on.
        done(null);
      }
    });

  return {
    ask,
    close: () => {
      stop();
      for (const done of [...open.values()]) done(null);
    },
  };
}
