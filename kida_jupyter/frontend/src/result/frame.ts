// The frame of the preview: it can run no script, fetch nothing, send nothing and reach nobody.

import { type Undo, Undos, on } from "../model";
import { type Range, merged } from "../positions";
import { toSource, toText } from "../entities";
import frameStyle from "./frame.css";
import marksStyle from "./marks.css";
import type { CleanNode, CleanPage } from "./nodes";
import { LIT, type Places, patchAttributes, patchChildren } from "./patch";

export interface Frame {
  readonly element: HTMLIFrameElement;
  show(page: CleanPage): void;
  /** Lights ranges of the output: everything that an expression wrote, and the one piece pointed at. */
  light(lit: readonly Range[], here: Range | null): void;
  /** Brings the start of a range of the output into view. */
  reveal(range: Range): void;
  theme(theme: "light" | "dark"): void;
  close: Undo;
}

export interface FrameEvents {
  /** The pointer is over this part of the output, a character or a whole tag; null: over nothing of it. */
  point(place: Range | null): void;
  pick(place: Range): void;
  key(event: KeyboardEvent): void;
}

/** Nothing is fetched from anywhere, and styles and images come from the output itself. Scripts are not even parsed: see the sandbox. */
export const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'";

const PAGE = `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${frameStyle}</style></head><body></body></html>`;
// What stands in the frame's head before the output's styles.
const OWN_IN_HEAD = 2;
// More marks than this help nobody and cost time.
const MARKS = 1500;

// The compiler's types leave out what the frame's own window has.
type FrameWindow = Window & typeof globalThis;

/** Makes the frame; it is ready once it has loaded, and shows then what it was last told to show. */
export function openFrame(events: FrameEvents): Frame {
  const undos = new Undos();
  const element = document.createElement("iframe");
  element.title = "Preview of the result";
  element.className = "preview-frame";
  // allow-same-origin lets this page write into the frame; without allow-scripts nothing in it can use that.
  element.setAttribute("sandbox", "allow-same-origin");
  element.setAttribute("referrerpolicy", "no-referrer");
  element.srcdoc = PAGE;

  let inside: Inside | null = null;
  let wanted: CleanPage | null = null;
  let marks: { lit: readonly Range[]; here: Range | null } = { lit: [], here: null };
  let theme = "light";

  undos.add(
    on(element, "load", () => {
      // Moving an element in the page loads its frame anew.
      inside?.close();
      const window = element.contentWindow as FrameWindow | null;
      // Only the page with the policy is ever filled.
      if (!window?.document.querySelector("meta[http-equiv]")) return;
      inside = openInside(window, events);
      inside.theme(theme);
      if (wanted) inside.show(wanted);
      inside.light(marks.lit, marks.here);
    }),
  );

  return {
    element,
    show: (page) => {
      wanted = page;
      inside?.show(page);
    },
    light: (lit, here) => {
      marks = { lit, here };
      inside?.light(lit, here);
    },
    reveal: (range) => inside?.reveal(range),
    theme: (next) => {
      theme = next;
      inside?.theme(next);
    },
    close: () => {
      inside?.close();
      undos.run();
      element.remove();
    },
  };
}

interface Inside {
  show(page: CleanPage): void;
  light(lit: readonly Range[], here: Range | null): void;
  reveal(range: Range): void;
  theme(theme: string): void;
  close: Undo;
}

interface Placed {
  readonly node: Node;
  readonly from: number;
  readonly to: number;
}

function openInside(window: FrameWindow, events: FrameEvents): Inside {
  const undos = new Undos();
  const document = window.document;
  const { documentElement: root, head, body } = document;
  let places: Places = new Map();
  let texts: Placed[] = [];
  let elements: Placed[] = [];
  let outlined: Element[] = [];
  const markFocus = (has: boolean): void => {
    window.frameElement?.toggleAttribute("data-focused", has);
  };

  // After the output's own styles, whatever they say.
  const marks = new window.CSSStyleSheet();
  marks.replaceSync(marksStyle);
  document.adoptedStyleSheets = [marks];
  const highlights = "highlights" in window.CSS ? window.CSS.highlights : null;

  undos.add(
    on<PointerEvent>(document, "pointermove", (event) => events.point(placeAt(document, places, event))),
    on<PointerEvent>(root, "pointerleave", () => events.point(null)),
    on<MouseEvent>(document, "click", (event) => {
      event.preventDefault();
      const place = placeAt(document, places, event);
      if (place) events.pick(place);
    }, { capture: true }),
    ...["auxclick", "submit", "dragstart", "drop"].map((name) => on(document, name, (event) => event.preventDefault(), { capture: true })),
    on<KeyboardEvent>(document, "keydown", (event) => events.key(event)),
    // A frame that has the focus inside is not :focus for the page around it, in Chromium.
    on(window, "focus", () => markFocus(true)),
    on(window, "blur", () => markFocus(false)),
  );

  const index = (): void => {
    texts = [];
    elements = [];
    for (const [node, it] of places) {
      if (it.kind === "text") texts.push({ node, from: it.from, to: it.to });
      else if (it.to > it.from) elements.push({ node, from: it.from, to: it.to });
    }
    // The parser moves what may not stand in a table before it.
    texts.sort((a, b) => a.from - b.from);
    elements.sort((a, b) => a.from - b.from);
  };

  // Static ones: each live range makes every change of the document slower.
  const domRanges = (ranges: readonly Range[]): StaticRange[] => {
    const found: StaticRange[] = [];
    for (const range of ranges) {
      for (const { node } of overlapping(texts, range)) {
        const place = places.get(node);
        if (place?.kind !== "text") continue;
        const part = toText(place.map, place.from, place.text.length, range);
        if (part.to <= part.from) continue;
        found.push(new window.StaticRange({ startContainer: node, startOffset: part.from, endContainer: node, endOffset: part.to }));
        if (found.length >= MARKS) return found;
      }
    }
    return found;
  };

  const outline = (ranges: readonly Range[]): void => {
    for (const element of outlined) element.removeAttribute(LIT);
    // Text is lit as text; an element only where its own tag was written.
    outlined = ranges
      .flatMap((range) => overlapping(elements, range).filter((it) => isPartOf(range, it) || !it.node.hasChildNodes()))
      .slice(0, MARKS)
      .map((it) => it.node as Element);
    for (const element of outlined) element.setAttribute(LIT, "");
  };

  return {
    show: (page) => {
      places = new Map();
      patchAttributes(root, new Map([...page.html, ["data-kida-theme", root.getAttribute("data-kida-theme") ?? "light"]]));
      patchAttributes(body, page.body);
      patchChildren(head, page.styles, places, OWN_IN_HEAD);
      patchChildren(body, page.content, places);
      index();
    },
    light: (lit, here) => {
      outline(merged([...(here ? [here] : []), ...lit]));
      if (!highlights) {
        for (const range of domRanges(lit)) {
          const parent = range.startContainer.parentElement;
          parent?.setAttribute(LIT, "");
          if (parent) outlined.push(parent);
        }
        return;
      }
      highlights.set("kida-lit", new window.Highlight(...domRanges(lit)));
      const one = new window.Highlight(...(here ? domRanges([here]) : []));
      one.priority = 1;
      highlights.set("kida-here", one);
    },
    reveal: (range) => {
      const found = domRanges([range])[0];
      const target = found?.startContainer.parentElement ?? (overlapping(elements, range)[0]?.node as Element | undefined);
      if (!target) return;
      const box = found ? boxOf(document, found) : target.getBoundingClientRect();
      if (box.top < 0 || box.bottom > window.innerHeight)
        window.scrollTo({ top: window.scrollY + box.top - window.innerHeight / 3 });
    },
    theme: (theme) => root.setAttribute("data-kida-theme", theme),
    close: () => {
      undos.run();
      highlights?.clear();
      places = new Map();
    },
  };
}

function boxOf(document: Document, place: StaticRange): DOMRect {
  const range = document.createRange();
  range.setStart(place.startContainer, place.startOffset);
  range.setEnd(place.endContainer, place.endOffset);
  return range.getBoundingClientRect();
}

/** Whether a range is within a tag: then the tag's element shows it. One that covers the tag shows in the element's text. */
const isPartOf = (range: Range, tag: Placed): boolean => range.from > tag.from || range.to < tag.to;

/** Nodes of a sorted list that overlap a range. */
function overlapping(sorted: readonly Placed[], range: Range): Placed[] {
  const found: Placed[] = [];
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as Placed).to <= range.from) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < sorted.length; at++) {
    const it = sorted[at] as Placed;
    if (it.from >= range.to) break;
    if (it.to > range.from) found.push(it);
  }
  return found;
}

/** The part of the output under the pointer; null where it is over no text and over no element of the output. */
function placeAt(document: Document, places: Places, event: MouseEvent): Range | null {
  const caret = caretAt(document, event.clientX, event.clientY);
  const node = caret && places.get(caret.node);
  if (caret && node?.kind === "text" && (isOver(document, caret, event) || isInBox(document, caret, event))) {
    const unit = unitUnder(document, caret, event);
    const from = toSource(node.map, node.from, unit);
    return { from, to: Math.max(from + 1, toSource(node.map, node.from, unit + 1)) };
  }
  for (let target = event.target as Node | null; target; target = target.parentNode) {
    const place: CleanNode | undefined = places.get(target);
    if (place?.kind === "element" && place.to > place.from) return isWritten(place) ? { from: place.from, to: place.to } : null;
  }
  return null;
}

// Boxes that only hold others would answer for the empty space around them.
const isWritten = (place: CleanNode): boolean => place.kind === "element" && place.children.length === 0;

interface Caret {
  readonly node: Node;
  readonly offset: number;
}

function caretAt(document: Document, x: number, y: number): Caret | null {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  // Safari's name for the same.
  const range = (document as { caretRangeFromPoint?: (x: number, y: number) => globalThis.Range | null }).caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}

/** A caret is found for points beside the text too: only those on its lines count. */
function isOver(document: Document, caret: Caret, event: MouseEvent): boolean {
  return rectsAround(document, caret).some((it) => holds(it, event, 3));
}

/** In a box that holds text, as a table's cell, the text is meant wherever in it the pointer is. */
function isInBox(document: Document, caret: Caret, event: MouseEvent): boolean {
  const parent = caret.node.parentNode;
  return parent === event.target && parent !== document.body && parent !== document.documentElement && /\S/.test(caret.node.nodeValue ?? "");
}

/** The character under the pointer; the caret may stand after it. */
function unitUnder(document: Document, caret: Caret, event: MouseEvent): number {
  if (caret.offset > 0) {
    const range = document.createRange();
    range.setStart(caret.node, caret.offset - 1);
    range.setEnd(caret.node, caret.offset);
    if ([...range.getClientRects()].some((it) => holds(it, event, 0))) return caret.offset - 1;
  }
  return Math.min(caret.offset, Math.max(0, (caret.node.nodeValue?.length ?? 1) - 1));
}

function rectsAround(document: Document, caret: Caret): DOMRect[] {
  const length = caret.node.nodeValue?.length ?? 0;
  const range = document.createRange();
  range.setStart(caret.node, Math.max(0, caret.offset - 1));
  range.setEnd(caret.node, Math.min(length, caret.offset + 1));
  return [...range.getClientRects()];
}

const holds = (box: DOMRect, event: MouseEvent, margin: number): boolean =>
  event.clientX >= box.left - margin && event.clientX <= box.right + margin && event.clientY >= box.top && event.clientY <= box.bottom;
