// The part of the time that is to be seen, and where its moments stand on the screen.

/** From and to in milliseconds. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** What can be seen at most, and at least: closer than a tenth of a microsecond a clock tells nothing. */
export interface Extent {
  readonly whole: number;
  readonly least: number;
}

export const LEAST = 1e-4;
/** Room around what is zoomed to, as a part of it. */
const ROOM = 0.06;

export const extentOf = (milliseconds: number): Extent => ({ whole: milliseconds, least: Math.min(milliseconds, LEAST) });
export const all = (extent: Extent): View => ({ from: 0, to: extent.whole });
export const spanOf = (view: View): number => view.to - view.from;
export const isAll = (view: View, extent: Extent): boolean => spanOf(view) >= extent.whole * (1 - 1e-9);

/** Where a moment stands, in pixels. */
export const xOf = (view: View, width: number, time: number): number => ((time - view.from) / spanOf(view)) * width;
/** The moment that stands at a pixel. */
export const timeAt = (view: View, width: number, x: number): number => view.from + (x / width) * spanOf(view);

/** A view of the same length, or as long as there is, within the whole. */
export function within(view: View, extent: Extent): View {
  const length = Math.min(extent.whole, Math.max(extent.least, spanOf(view)));
  const from = Math.min(extent.whole - length, Math.max(0, view.from));
  return { from, to: from + length };
}

/** So many times as close, with a moment that stays where it is. */
export function zoomed(view: View, extent: Extent, factor: number, about: number): View {
  const length = Math.min(extent.whole, Math.max(extent.least, spanOf(view) / factor));
  const share = (about - view.from) / spanOf(view);
  return within({ from: about - share * length, to: about + (1 - share) * length }, extent);
}

/** Moved by a part of what is seen: 1 is a whole screen later. */
export const panned = (view: View, extent: Extent, share: number): View =>
  within({ from: view.from + share * spanOf(view), to: view.to + share * spanOf(view) }, extent);

/** A range with some room around it. */
export function around(from: number, to: number, extent: Extent): View {
  const room = Math.max((to - from) * ROOM, extent.least / 2);
  return within({ from: from - room, to: to + room }, extent);
}

/** The nearest view of the same length that shows a range; one that shows all of it where that is longer. */
export function showing(view: View, extent: Extent, from: number, to: number): View {
  const room = spanOf(view) * ROOM;
  if (to - from > spanOf(view) - 2 * room) return around(from, to, extent);
  const by = from < view.from + room ? from - view.from - room : to > view.to - room ? to - view.to + room : 0;
  return by === 0 ? view : within({ from: view.from + by, to: view.to + by }, extent);
}

/** A view on the way from one to another: `share` goes from 0 to 1. Lengths change by factors, as zooming does. */
export function between(from: View, to: View, share: number): View {
  const length = spanOf(from) * (spanOf(to) / spanOf(from)) ** share;
  const grown = spanOf(to) - spanOf(from);
  // About the point that both have at the same place, where there is one; else straight on.
  const part = Math.abs(grown) < 1e-12 ? share : (length - spanOf(from)) / grown;
  const start = from.from + (to.from - from.from) * part;
  return { from: start, to: start + length };
}

const UNITS = [
  { name: "s", size: 1000 },
  { name: "ms", size: 1 },
  { name: "µs", size: 1e-3 },
  { name: "ns", size: 1e-6 },
] as const;

export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** Marks of the axis at round times. Parameters: `view`; `most`, how many there is room for. */
export function ticks(view: View, most: number): Tick[] {
  const least = spanOf(view) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5, 10].find((size) => size * power >= least * 0.999) ?? 10);
  const unit = UNITS.find(({ size }) => Math.max(view.to, step) >= size && step >= size * 1e-3) ?? UNITS[3];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / unit.size) - 1e-9));
  const found: Tick[] = [];
  for (let at = Math.ceil(view.from / step - 1e-6); at * step <= view.to * (1 + 1e-12); at++) {
    const time = at * step;
    found.push({ time, label: `${(time / unit.size).toFixed(digits)} ${unit.name}` });
  }
  return found;
}

/** How long something took, with three digits or so: `1.24 ms`. */
export function lasting(milliseconds: number): string {
  const unit = UNITS.find(({ size }) => milliseconds >= size * 0.9995) ?? UNITS[3];
  const value = milliseconds / unit.size;
  const text = value >= 100 ? Math.round(value).toLocaleString("en") : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return `${unit.name === "ns" ? Math.round(value) : text} ${unit.name}`;
}

/** A moment or a range of a view, as exactly as it is seen. */
export function moment(milliseconds: number, step: number): string {
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(Math.max(step, 1e-7)))));
  return `${milliseconds.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ms`;
}
