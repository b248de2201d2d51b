// Elements made in one expression.

type Child = Node | string | null | false | undefined;
type Properties = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/**
 * An element with attributes, listeners (`onclick` and so on, as functions) and children. Attributes that are false, null or
 * undefined are left out; true is an empty attribute.
 */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Properties = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else setAttribute(element, name, value);
  }
  element.append(...children.filter((it): it is Node | string => it instanceof Node || typeof it === "string"));
  return element;
}

/** Sets an attribute, or takes it away where the value is false, null or undefined. */
export function setAttribute(element: Element, name: string, value: string | number | boolean | null | undefined): void {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

let made = 0;
/** An id that no other element of the page has, for labels and controls of several views. */
export const freshId = (what: string): string => `kida-${what}-${++made}-${Math.random().toString(36).slice(2, 7)}`;
