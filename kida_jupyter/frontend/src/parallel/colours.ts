// The colours of the drawing, asked of the style sheet that the view without a script has too.

export interface Colours {
  readonly bar: string;
  readonly even: string;
  readonly failed: string;
  readonly differs: string;
  readonly failedText: string;
  readonly differsText: string;
  readonly lane: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
  /** Of a call, by its kind. */
  kind(name: string): string;
}

const SVG = "http://www.w3.org/2000/svg";
/** Of a call of a kind that the style sheet does not know. */
const OTHER = "#8c8c8c";

/** Reads them as they are now. Parameters: `view`, the view's outermost element. */
export function readColours(view: HTMLElement): Colours {
  const drawing = document.createElementNS(SVG, "svg");
  for (const side of ["width", "height"]) drawing.setAttribute(side, "0");
  drawing.setAttribute("aria-hidden", "true");
  drawing.style.position = "absolute";
  const probed = <T>(probe: () => T): T => {
    view.append(drawing);
    try {
      return probe();
    } finally {
      drawing.remove();
    }
  };
  const drawn = (tag: string, classes: string, name: "fill" | "stroke" = "fill"): string => {
    const shape = document.createElementNS(SVG, tag);
    shape.setAttribute("class", classes);
    shape.setAttribute("fill", OTHER);
    drawing.replaceChildren(shape);
    return getComputedStyle(shape)[name];
  };
  const said = (variable: string): string => {
    drawing.style.color = `var(${variable})`;
    return getComputedStyle(drawing).color;
  };
  const kinds = new Map<string, string>();
  return probed(() => ({
    bar: drawn("rect", "bar"),
    even: drawn("rect", "bar even"),
    failed: drawn("rect", "bar failed"),
    differs: drawn("rect", "bar differs"),
    failedText: said("--failed-text"),
    differsText: said("--red"),
    lane: drawn("rect", "lane"),
    line: drawn("line", "grid", "stroke"),
    text: drawn("text", "name"),
    quiet: drawn("text", ""),
    kind: (name) => {
      const known = kinds.get(name) ?? probed(() => drawn("rect", `piece ${name}`));
      kinds.set(name, known);
      return known;
    },
  }));
}

/** Black or white, whichever is read more easily on a colour. Parameters: `colour`, as a browser computes it: `rgb(…)`. */
export function readableOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const part = (value: number): number => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  // Where both stand out equally, by WCAG's formula.
  return light > 0.1791 ? "#0c1420" : "#ffffff";
}
