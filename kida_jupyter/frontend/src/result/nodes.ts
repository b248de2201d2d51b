// What the preview is made of: a clean tree whose every node knows where in the output it stands.

import type { OffsetMap } from "../entities";

/** Text of the preview; `from` and `to` are where it stands in the output. */
export interface TextNode {
  readonly kind: "text";
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly map: OffsetMap;
}

/** An element of the preview; `from` and `to` are its start tag in the output, the same number where there is none. */
export interface ElementNode {
  readonly kind: "element";
  readonly tag: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly CleanNode[];
  readonly from: number;
  readonly to: number;
}

export type CleanNode = TextNode | ElementNode;

/** A page: what goes into its head and its body, and what its own html and body elements carry. */
export interface CleanPage {
  readonly html: ReadonlyMap<string, string>;
  readonly body: ReadonlyMap<string, string>;
  readonly styles: readonly CleanNode[];
  readonly content: readonly CleanNode[];
}

export const HTML = "http://www.w3.org/1999/xhtml";
export const SVG = "http://www.w3.org/2000/svg";
export const MATHML = "http://www.w3.org/1998/Math/MathML";
