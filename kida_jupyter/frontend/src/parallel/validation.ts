// Lets through only what has the shape that messages.ts promises: without it the page keeps the drawing that it has.

import type { Bars, CallKind, Calls, Lane, Timeline } from "./messages";

/** Numbers of a call in the flat list. */
export const PER_CALL = 5;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isListOf = <T>(value: unknown, is: (one: unknown) => one is T): value is T[] => Array.isArray(value) && value.every(is);
const isMapOf = <T>(value: unknown, is: (one: unknown) => one is T): value is Record<string, T> =>
  isRecord(value) && Object.values(value).every(is);
const isLane = (value: unknown): value is Lane =>
  isRecord(value) && isText(value.name) && isText(value.title) && isCount(value.renders) && isNumber(value.busy);
const isTexts =
  (length: number) =>
  (value: unknown): value is string[] =>
    isListOf(value, isText) && value.length === length;

function isBars(value: unknown, lanes: number, states: number): value is Bars {
  if (!isRecord(value)) return false;
  const { index, lane, start, length, alone, state, context } = value;
  if (!isListOf(index, isCount) || !isListOf(lane, isCount) || !isListOf(state, isCount) || !isListOf(context, isText)) return false;
  if (!isListOf(start, isNumber) || !isListOf(length, isNumber) || !isListOf(alone, isNumber)) return false;
  if ([lane, start, length, alone, state, context].some((column) => column.length !== index.length)) return false;
  // Lane by lane and by start: all that is looked up is looked up by halving.
  const isInOrder = lane.every((one, at) => at === 0 || one > lane[at - 1]! || (one === lane[at - 1] && start[at]! >= start[at - 1]!));
  return isInOrder && lane.every((one) => one < lanes) && state.every((one) => one < states) && length.every((one) => one >= 0);
}

function isCalls(value: unknown): value is Calls {
  if (!isRecord(value) || !isListOf(value.kinds, isTexts(3) as unknown as (one: unknown) => one is CallKind)) return false;
  const count = value.kinds.length;
  if (!isMapOf(value.more, isCount)) return false;
  return isMapOf(
    value.calls,
    (flat): flat is number[] =>
      isListOf(flat, isNumber) && flat.length % PER_CALL === 0 && flat.every((one, at) => at % PER_CALL !== 0 || (isCount(one) && one < count)),
  );
}

/** What the timeline shows, if it has its shape; else null, and a warning in the console. */
export function validTimeline(value: unknown): Timeline | null {
  const fits =
    isRecord(value) &&
    isNumber(value.milliseconds) &&
    value.milliseconds > 0 &&
    isListOf(value.lanes, isLane) &&
    isListOf(value.states, isTexts(2)) &&
    isBars(value.bars, value.lanes.length, value.states.length) &&
    isMapOf(value.failures, isText) &&
    isCalls(value.calls) &&
    (value.closer === null || (isListOf(value.closer, isNumber) && value.closer.length === 2)) &&
    [value.clocks, value.more_lanes, value.more_renders].every(isCount);
  if (fits) return value as unknown as Timeline;
  console.warn("kida parallel: left out a timeline that does not have its shape");
  return null;
}

/** The calls in an answer of Python's, if they have their shape; else null, and a warning in the console. */
export function validCalls(value: unknown): Calls | null {
  if (isCalls(value)) return value;
  console.warn("kida parallel: left out calls that do not have their shape");
  return null;
}
