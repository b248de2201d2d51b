// The drawing of the lanes: bars, the calls within them, signs of what is wrong, and the marks of time.

import type { CallStore } from "./calls";
import { type Colours, readableOn } from "./colours";
import { type Layout, barHeight, barTop, callHeight, callTop, laneTop } from "./layout";
import type { Renders, State } from "./renders";
import { type View, ticks, xOf } from "./view";
import { SIGNS } from "./words";

export interface Painted {
  readonly renders: Renders;
  readonly calls: CallStore;
  readonly layout: Layout;
  readonly colours: Colours;
  readonly view: View;
  /** In pixels. */
  readonly width: number;
  /** How far bars are open to show what is in them, from 0 to 1. */
  readonly open: number;
}

const FONT = "system-ui, sans-serif";
/** Not bold: where a bold font has no such sign, one of another is slanted. */
const SIGN_FONT = `12px ${FONT}`;
/** Pixels between marks of time, at least. */
const TICK_ROOM = 86;
/** Below so many pixels bars are too narrow to be told apart. */
const NARROW = 2.5;
/** What is wrong is never narrower. */
const LEAST_WRONG = 2.5;
const SIGN_ROOM = 10;
const LEAST_LABEL = 16;

/** Makes a canvas fit its place on this screen, and gives what draws on it in CSS pixels. */
export function fit(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** The rows of a lane that are seen. */
function* seen({ renders, view }: Painted, lane: number): Generator<number> {
  const [, end] = renders.rowsOf(lane);
  for (let row = renders.firstAfter(lane, view.from); row < end; row++) {
    if (renders.startOf(row) > view.to) return;
    yield row;
  }
}

/** The indexes of the contexts that are seen, and how wide a usual bar of them is. */
export function inView(painted: Painted): { indexes: number[]; width: number } {
  const { renders, view, width, layout } = painted;
  const indexes: number[] = [];
  let sum = 0;
  for (let lane = 0; lane < layout.lanes; lane++) {
    for (const row of seen(painted, lane)) {
      indexes.push(renders.indexOf(row));
      sum += ((renders.endOf(row) - renders.startOf(row)) / (view.to - view.from)) * width;
    }
  }
  return { indexes, width: indexes.length ? sum / indexes.length : 0 };
}

export function paint(context: CanvasRenderingContext2D, painted: Painted): void {
  const { layout, colours, width, open } = painted;
  context.clearRect(0, 0, width, layout.height);
  context.textBaseline = "middle";
  for (let lane = 0; lane < layout.lanes; lane++) {
    context.fillStyle = colours.lane;
    const top = laneTop(layout, lane) + layout.name;
    context.fillRect(0, top, width, layout.each - layout.name - 7);
  }
  paintTimes(context, painted);
  for (let lane = 0; lane < layout.lanes; lane++) {
    paintBars(context, painted, lane);
    if (open > 0 && layout.levels) {
      context.globalAlpha = open;
      for (const row of seen(painted, lane)) paintCalls(context, painted, lane, row);
      context.globalAlpha = 1;
    }
    if (layout.flags) paintSigns(context, painted, lane);
  }
}

function paintTimes(context: CanvasRenderingContext2D, { layout, colours, view, width }: Painted): void {
  context.font = `11px ${FONT}`;
  context.lineWidth = 1;
  for (const { time, label } of ticks(view, width / TICK_ROOM)) {
    const x = Math.round(xOf(view, width, time)) + 0.5;
    context.strokeStyle = colours.line;
    context.beginPath();
    context.moveTo(x, layout.axis - 5);
    context.lineTo(x, layout.height);
    context.stroke();
    const wide = context.measureText(label).width;
    context.fillStyle = colours.quiet;
    context.fillText(label, Math.min(width - wide, Math.max(0, x - wide / 2)), layout.axis / 2 - 2);
  }
}

function paintBars(context: CanvasRenderingContext2D, painted: Painted, lane: number): void {
  const { renders, layout, colours, view, width, open } = painted;
  const top = barTop(layout, lane);
  const height = barHeight(layout, open);
  const [first] = renders.rowsOf(lane);
  const wrong: number[] = [];
  // Neighbours that are too narrow to be told apart are one.
  let from = 0;
  let to = -Infinity;
  const flush = (): void => {
    if (to <= from) return;
    context.fillStyle = colours.bar;
    context.fillRect(from, top, Math.max(0.6, to - from), height);
    to = -Infinity;
  };
  for (const row of seen(painted, lane)) {
    const left = Math.max(-2, xOf(view, width, renders.startOf(row)));
    const right = Math.min(width + 2, xOf(view, width, renders.endOf(row)));
    if (renders.stateOf(row) !== "equal") {
      wrong.push(row);
      continue;
    }
    if (right - left < NARROW) {
      if (left - to > 0.7) {
        flush();
        from = left;
      }
      to = Math.max(to, right);
      continue;
    }
    flush();
    context.fillStyle = (row - first) % 2 ? colours.even : colours.bar;
    context.fillRect(left, top, right - left, height);
    paintLabel(context, painted, row, left, right, top);
  }
  flush();
  for (const row of wrong) {
    const { start, end, state } = renders.at(row);
    const left = Math.max(-2, xOf(view, width, start));
    const right = Math.max(left + LEAST_WRONG, Math.min(width + 2, xOf(view, width, end)));
    context.fillStyle = colourOf(colours, state);
    context.fillRect(left, top, right - left, height);
    paintLabel(context, painted, row, left, right, top);
  }
}

const colourOf = (colours: Colours, state: State): string =>
  state === "failed" ? colours.failed : state === "differs" ? colours.differs : colours.bar;

function paintLabel(context: CanvasRenderingContext2D, painted: Painted, row: number, left: number, right: number, top: number): void {
  const { renders, layout, colours, width } = painted;
  const begin = Math.max(2, left);
  const room = Math.min(width, right) - begin - 6;
  if (room < LEAST_LABEL) return;
  const { index, state, context: said } = renders.at(row);
  const [first] = renders.rowsOf(renders.at(row).lane);
  const background = state === "equal" && (row - first) % 2 ? colours.even : colourOf(colours, state);
  const number = `600 11px ${FONT}`;
  const sign = state === "equal" ? "" : SIGNS[state];
  const measured = (text: string, font: string): number => {
    context.font = font;
    return context.measureText(text).width;
  };
  const digits = measured(String(index), number);
  const wide = digits + (sign ? 4 + measured(sign, SIGN_FONT) : 0);
  if (wide > room) return;
  const isCrowded = room < wide + 40;
  const at = begin + (isCrowded ? 3 + (room - wide) / 2 : 4);
  const middle = top + layout.bar / 2 + 0.5;
  context.fillStyle = readableOn(background);
  context.fillText(sign, at + digits + 4, middle);
  context.font = number;
  context.fillText(String(index), at, middle);
  if (isCrowded) return;
  context.font = `11px ${FONT}`;
  context.fillText(shortened(context, said, room - wide - 12), at + wide + 8, middle);
}

function paintCalls(context: CanvasRenderingContext2D, painted: Painted, lane: number, row: number): void {
  const { renders, calls, layout, colours, view, width } = painted;
  const render = renders.at(row);
  const height = callHeight(layout);
  for (const call of calls.of(render.index) ?? []) {
    if (call.depth >= layout.levels) continue;
    const left = Math.max(-2, xOf(view, width, render.start + call.start));
    const right = Math.min(width + 2, xOf(view, width, render.start + call.end));
    if (right < 0 || left > width || (right - left < 0.3 && !call.failed)) continue;
    const top = callTop(layout, lane, call.depth);
    const wide = Math.max(1, right - left - (right - left > 4 ? 0.75 : 0));
    const colour = colours.kind(call.kind);
    context.fillStyle = colour;
    context.fillRect(left, top, wide, height);
    if (height >= 12 && wide > 24) {
      context.fillStyle = readableOn(colour);
      context.font = `10px ${FONT}`;
      const begin = Math.max(0, left) + 3;
      context.fillText(shortened(context, call.name || call.kind, left + wide - begin - 2), begin, top + height / 2 + 0.5);
    }
    if (call.failed) {
      context.strokeStyle = colours.failed;
      context.setLineDash([3, 2]);
      context.lineWidth = 1.5;
      context.strokeRect(left + 0.5, top + 0.5, Math.max(1, wide - 1), height - 1);
      context.setLineDash([]);
      context.font = `700 10px ${FONT}`;
      context.fillStyle = colours.failedText;
      context.fillText("✗", right + 1, top + height / 2);
    }
  }
}

function paintSigns(context: CanvasRenderingContext2D, painted: Painted, lane: number): void {
  const { renders, layout, colours, view, width } = painted;
  const [first, end] = renders.rowsOf(lane);
  context.font = SIGN_FONT;
  context.textAlign = "center";
  let free = -Infinity;
  for (const row of renders.wrong) {
    if (row < first || row >= end) continue;
    const { start, end: ended, state } = renders.at(row);
    if (ended < view.from || start > view.to) continue;
    const x = Math.min(width - 5, Math.max(5, xOf(view, width, (Math.max(start, view.from) + Math.min(ended, view.to)) / 2)));
    if (x < free) continue;
    free = x + SIGN_ROOM;
    context.fillStyle = state === "failed" ? colours.failedText : colours.differsText;
    context.fillText(SIGNS[state], x, barTop(layout, lane) - layout.flags / 2);
  }
  context.textAlign = "start";
}

/** As much of a text as goes into some pixels. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (room < 6) return "";
  if (context.measureText(text).width <= room) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low > 1 ? `${text.slice(0, low).trimEnd()}…` : "";
}

/** All lanes in a strip, however small. Parameters: `height`, of the strip in pixels. */
export function paintOverview(context: CanvasRenderingContext2D, painted: Painted, height: number): void {
  const { renders, layout, colours, view, width } = painted;
  context.clearRect(0, 0, width, height);
  const each = height / Math.max(1, layout.lanes);
  const thick = Math.max(1, each - (each > 4 ? 1.5 : 0.5));
  for (let lane = 0; lane < layout.lanes; lane++) {
    context.fillStyle = colours.bar;
    // One shape for each column of pixels at most: there may be many more renders.
    let to = -1;
    for (const row of seen(painted, lane)) {
      const left = Math.max(to, Math.floor(xOf(view, width, renders.startOf(row))));
      const right = Math.max(left, Math.ceil(xOf(view, width, renders.endOf(row))));
      if (right <= to) continue;
      context.fillRect(left, lane * each, Math.max(0.75, right - left), thick);
      to = right;
    }
  }
  for (const row of renders.wrong) {
    const { start, state, lane } = renders.at(row);
    context.fillStyle = colourOf(colours, state);
    context.fillRect(Math.round(xOf(view, width, start)) - 0.5, lane * each, 2, thick);
  }
}
