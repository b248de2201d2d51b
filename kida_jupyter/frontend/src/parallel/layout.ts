// Where lanes, bars and calls stand, from above; from the side it is the view that tells.

/** All in pixels. */
export interface Layout {
  readonly lanes: number;
  readonly axis: number;
  /** The height of a lane's name above it. */
  readonly name: number;
  /** The room for signs above bars. */
  readonly flags: number;
  readonly bar: number;
  /** The height of a level of calls, and how many levels there are. */
  readonly level: number;
  readonly levels: number;
  readonly each: number;
  readonly height: number;
}

const AXIS = 20;
const NAME = 17;
const FLAGS = 11;
const BAR = 18;
const BETWEEN = 7;
/** A level of calls: one that has room for words, and one that has not. */
const LEVEL = { roomy: 14, plain: 9 };
/** Levels in all lanes up to which there is room for words. */
const ROOMY = 16;
const MOST_LEVELS = { few: 8, many: 2 };
const FEW_LANES = 8;

/** Parameters: `lanes`; `levels`, how deep calls go; `hasWrong`, whether there is anything to be pointed out. */
export function layoutOf(lanes: number, levels: number, hasWrong: boolean): Layout {
  const shown = Math.min(levels, lanes <= FEW_LANES ? MOST_LEVELS.few : MOST_LEVELS.many);
  const level = lanes * shown <= ROOMY ? LEVEL.roomy : LEVEL.plain;
  const flags = hasWrong ? FLAGS : 0;
  const each = NAME + flags + BAR + shown * level + BETWEEN;
  return { lanes, axis: AXIS, name: NAME, flags, bar: BAR, level, levels: shown, each, height: AXIS + lanes * each };
}

export const laneTop = (layout: Layout, lane: number): number => layout.axis + lane * layout.each;
/** Where bars begin. */
export const barTop = (layout: Layout, lane: number): number => laneTop(layout, lane) + layout.name + layout.flags;
/** How high bars are: down to the end of the lane as long as they are too narrow to show calls. `open` is from 0 to 1. */
export const barHeight = (layout: Layout, open: number): number => layout.bar + (1 - open) * layout.levels * layout.level;
export const callTop = (layout: Layout, lane: number, depth: number): number => barTop(layout, lane) + layout.bar + depth * layout.level + 1;
export const callHeight = (layout: Layout): number => layout.level - 2;

/** The lane at a height, and the level of calls there: -1 is the bar. Null outside of lanes. */
export function levelAt(layout: Layout, y: number, open: number): { lane: number; level: number } | null {
  const lane = Math.floor((y - layout.axis) / layout.each);
  if (lane < 0 || lane >= layout.lanes) return null;
  const below = y - barTop(layout, lane);
  if (below < -layout.flags || below > layout.bar + layout.levels * layout.level) return null;
  return { lane, level: below < barHeight(layout, open) ? -1 : Math.floor((below - layout.bar) / layout.level) };
}

/** From so many pixels on that a usual bar is wide, bars open to show what is in them. */
const OPEN_FROM = 14;
/** The part of the way that they open, or close, in a frame. */
const PER_FRAME = 0.3;
const CLOSE_ENOUGH = 0.02;

/** How far bars shall be open: 1 or 0. Parameters: `width`, of a usual bar, in pixels. */
export const openness = (width: number): number => (width >= OPEN_FROM ? 1 : 0);

/** One frame further on the way. */
export const opening = (now: number, goal: number): number =>
  Math.abs(goal - now) < CLOSE_ENOUGH ? goal : now + (goal - now) * PER_FRAME;
