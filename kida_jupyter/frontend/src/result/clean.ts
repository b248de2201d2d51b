// HTML as the preview may show it: no scripts, no handlers, no addresses. The frame's sandbox and policy are the wall; this
// keeps what would only hit it from being there at all.

import { type DefaultTreeAdapterTypes, parse } from "parse5";

import { offsetMap } from "../entities";
import { withoutAddresses } from "./css";
import { type CleanNode, type CleanPage, HTML, SVG } from "./nodes";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const DROPPED = new Set([
  "script", "base", "meta", "link", "title", "iframe", "frame", "frameset", "object", "embed", "applet", "param", "portal",
  "template", "noembed", "noframes", "animate", "set", "animatemotion", "animatetransform", "fencedframe",
]);

// Attributes that fetch, navigate, send, or take the focus or the keyboard from the notebook.
const DROPPED_ATTRIBUTES = new Set([
  "action", "formaction", "target", "formtarget", "ping", "download", "srcset", "imagesrcset", "srcdoc", "manifest", "background", "poster",
  "data", "codebase", "classid", "archive", "longdesc", "profile", "cite", "usemap", "autofocus", "accesskey", "contenteditable",
  "http-equiv", "nonce", "is", "popover", "popovertarget", "command", "commandfor", "autoplay", "xml:base", "shadowrootmode",
]);

const ADDRESSES = new Set(["href", "xlink:href", "src"]);
// An element of one of these names can stand in for a property of the frame's document.
const NAMES_DOCUMENT = new Set(["img", "form", "image"]);
const ATTRIBUTE_NAME = /^[A-Za-z_:][\w:.-]*$/;
const TAG_NAME = /^[A-Za-z][\w:.-]*$/;

/** The page that an output makes, cleaned, each node with its place in the output. */
export function cleanPage(output: string): CleanPage {
  const document = parse(output, { sourceCodeLocationInfo: true, scriptingEnabled: false });
  const html = document.childNodes.find((it): it is Element => it.nodeName === "html");
  const parts = (html?.childNodes ?? []).filter(isElement);
  const head = parts.find((it) => it.tagName === "head");
  const body = parts.find((it) => it.tagName === "body");
  return {
    html: html ? attributesOf(html) : new Map(),
    body: body ? attributesOf(body) : new Map(),
    styles: (head?.childNodes ?? []).filter((it) => it.nodeName === "style").flatMap((it) => cleaned(it, output, false)),
    content: (body?.childNodes ?? []).flatMap((it) => cleaned(it, output, false)),
  };
}

const isElement = (node: Node): node is Element => "tagName" in node;

/** Parameters: `raw`, whether it stands in a style sheet. */
function cleaned(node: Node, output: string, raw: boolean): CleanNode[] {
  if (node.nodeName === "#text" && "value" in node) {
    const place = node.sourceCodeLocation;
    const [from, to] = place ? [place.startOffset, place.endOffset] : [0, 0];
    if (raw) return [{ kind: "text", text: withoutAddresses(node.value), from, to: from, map: null }];
    return [{ kind: "text", text: node.value, from, to, map: offsetMap(output.slice(from, to), node.value) }];
  }
  if (!isElement(node) || DROPPED.has(node.tagName.toLowerCase())) return [];
  const place = node.sourceCodeLocation?.startTag ?? node.sourceCodeLocation;
  const isStyle = node.tagName === "style";
  return [
    {
      kind: "element",
      // A parser takes names that the document's own functions refuse.
      tag: TAG_NAME.test(node.tagName) ? node.tagName : "span",
      namespace: node.namespaceURI,
      attributes: attributesOf(node),
      children: node.childNodes.flatMap((it) => cleaned(it, output, isStyle)),
      from: place?.startOffset ?? 0,
      to: place?.endOffset ?? 0,
    },
  ];
}

function attributesOf(element: Element): Map<string, string> {
  const kept = new Map<string, string>();
  let address = "";
  for (const { name, prefix, value } of element.attrs) {
    const full = (prefix ? `${prefix}:${name}` : name).toLowerCase();
    if (full.startsWith("on") || DROPPED_ATTRIBUTES.has(full) || !ATTRIBUTE_NAME.test(full)) continue;
    if (full === "name" && NAMES_DOCUMENT.has(element.tagName)) continue;
    if (ADDRESSES.has(full)) {
      if (staysHere(element, full, value)) kept.set(prefix ? full : name, value);
      else if (full !== "src") address = value;
      continue;
    }
    kept.set(prefix ? full : name, withoutAddresses(value));
  }
  // Where a link would lead is told, not gone to.
  if (element.tagName === "a" && address) {
    if (!kept.has("title")) kept.set("title", address);
    kept.set("data-kida-link", "");
  }
  return kept;
}

/** Whether an address fetches nothing: an image that stands in the output itself, or a part of the same drawing. */
function staysHere(element: Element, attribute: string, value: string): boolean {
  const address = value.trim().toLowerCase();
  if (element.tagName === "img" || (element.tagName === "image" && element.namespaceURI === SVG))
    return /^data:image\/[\w.+-]+[;,]/.test(address);
  return attribute !== "src" && element.namespaceURI !== HTML && element.tagName !== "a" && address.startsWith("#");
}
