// Where each character of a text node stands in the HTML source, character references and dropped characters included.

import { DecodingMode, HtmlEntityDecoder } from "entities/decode";

import { lastNotAfter } from "./positions";

/**
 * Offsets in the source, relative to the start of the node's source, for each code unit of the node's text and for its
 * end. Null where text and source are the same, which is most of the time.
 */
export type OffsetMap = Uint32Array | null;

interface Reference {
  readonly text: string;
  readonly length: number;
}

/**
 * Align a text node's text with the source it was parsed from.
 *
 * Parameters: `source`, what stands between the node's start and end offset; `text`, what the parser made of it. The parser
 * replaces character references and line ends, drops some characters, and glues texts that only a dropped tag parts.
 */
export function offsetMap(source: string, text: string): OffsetMap {
  if (source === text) return null;
  const map = new Uint32Array(text.length + 1);
  let at = 0;
  let done = 0;
  while (done < text.length && at < source.length) {
    const unit = source.charAt(at);
    const wanted = text.charAt(done);
    if (unit === "&") {
      const reference = referenceAt(source, at);
      if (reference && text.startsWith(reference.text, done)) {
        for (const _ of reference.text.split("")) map[done++] = at;
        at += reference.length;
        continue;
      }
    }
    if (unit === wanted) {
      map[done++] = at++;
    } else if (unit === "\r" && wanted === "\n") {
      map[done++] = at++;
      if (source.charAt(at) === "\n") at++;
    } else if (unit === "\0" && wanted === "\ufffd") {
      map[done++] = at++;
    } else if (unit === "<") {
      at = afterTag(source, at);
    } else {
      // Dropped by the parser: the first line end in <pre>, NUL.
      at++;
    }
  }
  const end = source.length;
  while (done < text.length) map[done++] = end;
  map[text.length] = at;
  return map;
}

/** Offset in the source of a code unit of the text. */
export const toSource = (map: OffsetMap, from: number, unit: number): number =>
  from + (map ? (map[Math.min(unit, map.length - 1)] as number) : unit);

/** The range of a text's code units that a range of source offsets wrote; a part of a reference stands for all of it. */
export function toText(
  map: OffsetMap,
  from: number,
  length: number,
  range: { from: number; to: number },
): { from: number; to: number } {
  const start = range.from - from;
  const end = range.to - from;
  if (!map) return { from: Math.max(0, Math.min(length, start)), to: Math.max(0, Math.min(length, end)) };
  let first = Math.max(0, Math.min(length, lastNotAfter(map, start)));
  // The units that one reference wrote share an offset.
  while (first > 0 && map[first - 1] === map[first]) first--;
  const last = Math.min(length, lastNotAfter(map, end - 1) + 1);
  return { from: first, to: Math.max(first, last) };
}

function referenceAt(source: string, at: number): Reference | null {
  let text = "";
  const decoder = new HtmlEntityDecoder((point) => {
    text += String.fromCodePoint(point);
  });
  decoder.startEntity(DecodingMode.Legacy);
  // No reference is longer than this; a slice keeps the decoder from looking at the rest of a large page.
  const piece = source.slice(at, at + 40);
  let length = decoder.write(piece, 1);
  if (length < 0) length = decoder.end();
  return length > 0 && text ? { text, length } : null;
}

function afterTag(source: string, at: number): number {
  if (source.startsWith("<!--", at)) {
    const end = source.indexOf("-->", at + 4);
    return end === -1 ? source.length : end + 3;
  }
  const end = source.indexOf(">", at);
  return end === -1 ? source.length : end + 1;
}
