// What pointers, fingers and the wheel mean over the lanes: point at, choose, zoom, move along the time.

import { type Undo, Undos, on } from "../model";

export interface Gestures {
  /** The pointer is at a place of the element, or no longer there. */
  point(place: Spot | null): void;
  pick(place: Spot): void;
  /** So many times as close, about a place from the left. */
  zoom(factor: number, x: number): void;
  /** So many pixels along the time. */
  pan(pixels: number): void;
  /** A second click at the same place. */
  enter(place: Spot): void;
}

/** Pixels from the corner of the element. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Pixels that a pointer moves at least for it to be a drag. */
const DRAG = 4;
/** A notch of a wheel is some 100 pixels, and zooms by a quarter or so; a pinch of a touchpad is many small ones. */
const PER_PIXEL = 0.0023;
const MOST_AT_ONCE = 100;
const PIXELS = { line: 16, page: 400 };

/** How much closer a turn of the wheel brings. Parameters: `delta`, in pixels. */
export const factorOf = (delta: number): number => Math.exp(-Math.max(-MOST_AT_ONCE, Math.min(MOST_AT_ONCE, delta)) * PER_PIXEL);

const inPixels = (delta: number, mode: number): number => delta * (mode === 1 ? PIXELS.line : mode === 2 ? PIXELS.page : 1);

/** What a turn of the wheel is for; null is the notebook's, which scrolls. */
export function meaningOf(event: Pick<WheelEvent, "deltaX" | "deltaY" | "deltaMode" | "ctrlKey" | "metaKey" | "shiftKey">):
  | { readonly zoom: number }
  | { readonly pan: number }
  | null {
  const across = inPixels(event.deltaX, event.deltaMode);
  const along = inPixels(event.deltaY, event.deltaMode);
  if (event.ctrlKey || event.metaKey) return { zoom: factorOf(along) };
  if (event.shiftKey) return { pan: across || along };
  return Math.abs(across) > Math.abs(along) ? { pan: across } : null;
}

export function watchGestures(element: HTMLElement, to: Gestures): Undo {
  const undos = new Undos();
  const pressed = new Map<number, Spot>();
  let began: Spot | null = null;
  let isDragging = false;

  const spotOf = (event: MouseEvent): Spot => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const across = (): number => {
    const [one, other] = [...pressed.values()];
    return one && other ? Math.abs(one.x - other.x) : 0;
  };

  undos.add(
    on<PointerEvent>(element, "pointerdown", (event) => {
      if (event.button !== 0) return;
      const spot = spotOf(event);
      pressed.set(event.pointerId, spot);
      began = pressed.size === 1 ? spot : null;
      isDragging = pressed.size > 1;
    }),
    on<PointerEvent>(element, "pointermove", (event) => {
      const spot = spotOf(event);
      const before = pressed.get(event.pointerId);
      if (!before) {
        if (event.pointerType !== "touch") to.point(spot);
        return;
      }
      if (pressed.size === 2) {
        const was = across();
        pressed.set(event.pointerId, spot);
        const middle = [...pressed.values()].reduce((sum, one) => sum + one.x / 2, 0);
        if (was > DRAG && across() > DRAG) to.zoom(across() / was, middle);
        to.pan((before.x - spot.x) / 2);
        return;
      }
      if (!isDragging && began && Math.hypot(spot.x - began.x, spot.y - began.y) < DRAG) return;
      if (!isDragging) {
        isDragging = true;
        element.setPointerCapture(event.pointerId);
        element.classList.add("dragging");
        to.point(null);
      }
      pressed.set(event.pointerId, spot);
      to.pan(before.x - spot.x);
    }),
    on<PointerEvent>(element, "pointerup", (event) => {
      if (pressed.delete(event.pointerId) && began && !isDragging) to.pick(spotOf(event));
      if (!pressed.size) end();
    }),
    on<PointerEvent>(element, "pointercancel", (event) => {
      pressed.delete(event.pointerId);
      if (!pressed.size) end();
    }),
    on<PointerEvent>(element, "pointerleave", (event) => {
      if (!pressed.has(event.pointerId)) to.point(null);
    }),
    on<MouseEvent>(element, "dblclick", (event) => to.enter(spotOf(event))),
    on<WheelEvent>(
      element,
      "wheel",
      (event) => {
        const meaning = meaningOf(event);
        if (!meaning) return;
        event.preventDefault();
        if ("zoom" in meaning) to.zoom(meaning.zoom, spotOf(event).x);
        else to.pan(meaning.pan);
      },
      { passive: false },
    ),
  );
  const end = (): void => {
    began = null;
    isDragging = false;
    element.classList.remove("dragging");
  };
  return () => undos.run();
}
