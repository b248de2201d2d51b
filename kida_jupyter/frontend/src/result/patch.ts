// Brings a document to a clean tree by the fewest changes, so that scroll, selection and open details stay.

import type { CleanNode, ElementNode } from "./nodes";

/** Where each node of the document stands in the output. */
export type Places = Map<Node, CleanNode>;

/** Marks elements that are lit; not the output's, so a patch leaves it. */
export const LIT = "data-kida-lit";

/**
 * Makes a parent's children be those of a clean tree.
 *
 * Parameters: `skip`, how many first children are not the tree's; `places`, filled with every node and what it was made from.
 */
export function patchChildren(parent: Node, wanted: readonly CleanNode[], places: Places, skip = 0): void {
  const document = parent.ownerDocument as Document;
  const have = [...parent.childNodes].slice(skip);
  let start = 0;
  while (start < have.length && start < wanted.length && fits(have[start] as Node, wanted[start] as CleanNode)) {
    patch(have[start] as Node, wanted[start] as CleanNode, places);
    start++;
  }
  let haveEnd = have.length;
  let wantedEnd = wanted.length;
  while (haveEnd > start && wantedEnd > start && fits(have[haveEnd - 1] as Node, wanted[wantedEnd - 1] as CleanNode)) {
    haveEnd--;
    wantedEnd--;
    patch(have[haveEnd] as Node, wanted[wantedEnd] as CleanNode, places);
  }
  const after = have[haveEnd] ?? null;
  for (const old of have.slice(start, haveEnd)) parent.removeChild(old);
  for (const node of wanted.slice(start, wantedEnd)) parent.insertBefore(made(document, node, places), after);
}

/** Makes an element's attributes be these. */
export function patchAttributes(element: Element, wanted: ReadonlyMap<string, string>): void {
  for (const name of element.getAttributeNames()) {
    if (name !== LIT && !wanted.has(name) && !(name === "open" && element.localName === "details")) element.removeAttribute(name);
  }
  for (const [name, value] of wanted) if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function fits(node: Node, wanted: CleanNode): boolean {
  if (wanted.kind === "text") return node.nodeType === 3;
  const element = node as Element;
  return node.nodeType === 1 && element.localName === wanted.tag && element.namespaceURI === wanted.namespace;
}

function patch(node: Node, wanted: CleanNode, places: Places): void {
  places.set(node, wanted);
  if (wanted.kind === "text") {
    if (node.nodeValue !== wanted.text) node.nodeValue = wanted.text;
    return;
  }
  patchAttributes(node as Element, wanted.attributes);
  patchChildren(node, wanted.children, places);
}

function made(document: Document, wanted: CleanNode, places: Places): Node {
  const node = wanted.kind === "text" ? document.createTextNode(wanted.text) : madeElement(document, wanted);
  places.set(node, wanted);
  if (wanted.kind === "element") for (const child of wanted.children) node.appendChild(made(document, child, places));
  return node;
}

function madeElement(document: Document, wanted: ElementNode): Element {
  const element = document.createElementNS(wanted.namespace, wanted.tag);
  for (const [name, value] of wanted.attributes) element.setAttribute(name, value);
  return element;
}
