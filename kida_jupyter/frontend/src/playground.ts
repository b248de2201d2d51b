// The playground put together: editor beside result, panels under them, a status strip, over one session.

import { makeEditorPane } from "./editor/pane";
import { watchKernel } from "./kernel";
import type { PanelName } from "./messages";
import { type Model, type Undo, Undos, on } from "./model";
import { makeContextPanel } from "./panels/context";
import { makePythonPanel } from "./panels/python";
import { makeTracePanel } from "./panels/trace";
import { type Target, codeIn, lightingFor, pieceAt } from "./pointing";
import { type Range, lineStarts, placeOf } from "./positions";
import { type Source, neighbour } from "./provenance";
import { openRequests } from "./requests";
import { makeResultPane } from "./result/pane";
import { openSession } from "./session";
import styles from "./styles.css";
import { makeDivider } from "./ui/divider";
import { freshId, h, setAttribute } from "./ui/dom";
import { makeStatus, stateOf } from "./ui/status";
import { watchTheme } from "./ui/theme";

// Below this many pixels, editor and result stand one over the other.
const NARROW = 640;
const HEIGHT = { usual: 420, narrow: 620, least: 240, most: 1600 };
const PANEL = { usual: 190, least: 90, most: 600 };
const SPLIT = { least: 0.15, most: 0.85 };

// A frame of the screen and a half, in milliseconds.
const AFTER_RESULT = 25;

const PANELS: readonly { name: Exclude<PanelName, "">; label: string }[] = [
  { name: "context", label: "Context" },
  { name: "trace", label: "Trace" },
  { name: "python", label: "Python" },
];

/** Draws a playground into an element of the notebook. */
export function drawPlayground(model: Model, el: HTMLElement): Undo {
  const undos = new Undos();
  const session = openSession(model);
  const requests = openRequests(model, () => kernel.heard());

  // The notebook's styles stay out, and ours in.
  const host = h("div", { class: "kida-playground", "data-lm-suppress-shortcuts": "true" });
  const root = host.attachShadow({ mode: "open" });
  const overlay = h("div", { class: "overlay" });
  const frame = h("div", { class: "playground", role: "group", "aria-label": "Kida playground" });
  root.append(h("style", {}, styles), frame, overlay);

  let pointed: Target | null = null;
  let caret: Target | null = null;
  let isCaretPut = false;
  let nextPiece = 0;

  const point = (target: Target | null): void => {
    if (JSON.stringify(target) === JSON.stringify(pointed)) return;
    pointed = target;
    drawLights();
  };
  const goTo = (source: Source): void => {
    if (editor.has(source.template)) editor.reveal(source.template, source);
  };
  const pickOutput = (place: Range): void => {
    const result = session.result();
    const { code } = lightingFor(result, { in: "output", place }, editor.textThen);
    const origin = result && pieceAt(result, place);
    if (code && origin?.source) goTo({ ...origin.source, ...code.range });
  };
  const lineOf = (line: number): { template: string; range: Range } => {
    const template = session.active();
    const text = editor.textThen(template) ?? "";
    const starts = lineStarts(text);
    const from = starts[line - 1] ?? text.length;
    return { template, range: { from, to: (starts[line] ?? text.length + 1) - 1 } };
  };

  const editor = makeEditorPane({ root, overlay, ask: requests.ask, session, moved: () => caretMoved() });
  const results = makeResultPane({
    root,
    ask: requests.ask,
    session,
    point: (place) => point(place && { in: "output", place }),
    pick: pickOutput,
    step: (by) => {
      const result = session.result();
      const from = pointed?.in === "output" ? pointed.place.from : by === 1 ? -1 : (result?.output.length ?? 0);
      const next = result && neighbour(result, from, by);
      if (!next) return;
      point({ in: "output", place: { from: next.from, to: next.from + 1 } });
      results.reveal(next);
    },
  });

  const context = makeContextPanel((name, text) => {
    const overrides = { ...session.overrides() };
    if (text === null) delete overrides[name];
    else overrides[name] = text;
    session.change({ overrides });
  });
  const trace = makeTracePanel((call) => point(call && { in: "call", call }), goTo);
  const python = makePythonPanel(
    root,
    requests.ask,
    (line) => point(line === null ? null : { in: "line", ...lineOf(line) }),
    (line) => {
      const { template, range } = lineOf(line);
      editor.reveal(template, range);
    },
  );
  const bodies: Record<Exclude<PanelName, "">, HTMLElement> = { context: context.element, trace: trace.element, python: python.element };

  const status = makeStatus(goTo);
  const panelId = freshId("panel");
  const toggles = PANELS.map(({ name, label }) =>
    h(
      "button",
      {
        type: "button",
        class: "small toggle",
        "data-panel": name,
        "aria-controls": panelId,
        onclick: () => session.see({ panel: session.show().panel === name ? "" : name }),
      },
      label,
    ),
  );
  const values = h(
    "button",
    { type: "button", class: "small toggle", title: "Show the value of each expression at the end of its line", onclick: () => session.see({ values: !session.show().values }) },
    "Values",
  );
  const tools = h("div", { class: "tools", role: "toolbar", "aria-label": "Playground" }, values, h("span", { class: "gap" }), ...toggles);
  const footer = h("div", { class: "footer" }, status.element, tools);

  const panes = h("div", { class: "panes" });
  const divider = makeDivider({
    label: "Width of the editor, in percent",
    min: SPLIT.least * 100,
    max: SPLIT.most * 100,
    step: 5,
    valueAt: (event) => {
      const box = panes.getBoundingClientRect();
      return 100 * (isNarrow() ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width);
    },
    moved: (percent, done) => {
      panes.style.setProperty("--split", String(percent / 100));
      if (done) session.see({ split: percent / 100 });
    },
  });
  panes.append(editor.element, divider.element, results.element);

  const panelTitle = h("h2", { class: "panel-title" });
  const panelHolder = h("div", { class: "panel-holder" });
  const panelDivider = makeDivider({
    label: "Height of the panel, in pixels",
    min: PANEL.least,
    max: PANEL.most,
    step: 20,
    valueAt: (event) => panel.getBoundingClientRect().bottom - event.clientY,
    moved: (pixels) => drawPanelHeight(pixels),
  });
  const panel = h(
    "section",
    { class: "panel", id: panelId, hidden: true },
    panelDivider.element,
    h(
      "div",
      { class: "panel-bar" },
      panelTitle,
      h("span", { class: "grow" }),
      h("button", { type: "button", class: "icon", "aria-label": "Close the panel", title: "Close the panel", onclick: () => closePanel() }, "×"),
    ),
    panelHolder,
  );
  let panelHeight = PANEL.usual;
  // A panel opens below what is there and takes nothing away from it.
  const drawPanelHeight = (pixels: number): void => {
    panelHeight = pixels;
    panel.style.setProperty("--panel-height", `${pixels}px`);
    frame.style.setProperty("--panel-open", panel.hidden ? "0px" : `${pixels}px`);
  };
  panelDivider.show(PANEL.usual, false);
  const closePanel = (): void => {
    const { panel: open } = session.show();
    session.see({ panel: "" });
    toggles.find((it) => it.dataset.panel === open)?.focus();
  };

  const heightDivider = makeDivider({
    label: "Height of the playground, in pixels",
    min: HEIGHT.least,
    max: HEIGHT.most,
    step: 40,
    valueAt: (event) => event.clientY - frame.getBoundingClientRect().top - (panel.hidden ? 0 : panelHeight),
    moved: (pixels) => {
      isSized = true;
      frame.style.setProperty("--height", `${pixels}px`);
    },
  });
  let isSized = false;
  frame.append(panes, panel, footer, heightDivider.element);

  const isNarrow = (): boolean => frame.dataset.layout === "narrow";
  const layOut = (width: number): void => {
    frame.dataset.layout = width > 0 && width < NARROW ? "narrow" : "wide";
    const height = isNarrow() ? HEIGHT.narrow : HEIGHT.usual;
    if (!isSized) {
      frame.style.setProperty("--height", `${height}px`);
      heightDivider.show(height, false);
    }
    drawSplit();
  };
  const drawSplit = (): void => {
    const { split } = session.show();
    panes.style.setProperty("--split", String(split));
    divider.show(split * 100, !isNarrow());
    setAttribute(divider.element, "aria-label", isNarrow() ? "Height of the editor, in percent" : "Width of the editor, in percent");
  };

  const caretMoved = (wait = 0): void => {
    const now = editor.caret();
    // A caret that nobody has put anywhere asks for nothing.
    const put: Target | null = now && isCaretPut ? { in: "template", template: now.template, offset: now.offset } : null;
    if (JSON.stringify(put) !== JSON.stringify(caret)) nextPiece = 0;
    caret = put;
    drawLights(wait);
    drawPython();
  };

  // Pointing may happen more often than the screen is drawn, and a result shall be seen before its lights.
  let lightsDue: ReturnType<typeof setTimeout> | undefined;
  const drawLights = (wait = 0): void => {
    clearTimeout(lightsDue);
    lightsDue = setTimeout(drawLightsNow, wait);
  };
  undos.add(() => clearTimeout(lightsDue));

  const drawLightsNow = (): void => {
    const target = pointed ?? caret;
    const lighting = lightingFor(session.result(), target, editor.textThen);
    results.light(lighting.lit, lighting.here);
    // What the caret is in needs no light.
    const code = target === caret ? null : codeIn(session.active(), lighting);
    editor.light(session.active(), code && code.range);
    const { lit } = lighting;
    const reveal = (): void => {
      const range = lit[nextPiece++ % lit.length];
      if (range) results.reveal(range);
    };
    status.say(lighting.parts, target === caret && lighting.parts.length > 0 && lit.length > 0 ? reveal : null, lit.length);
  };

  const drawState = (): void => {
    const result = session.result();
    const state = stateOf({
      life: kernel.life(),
      busy: session.busy(),
      behind: result !== null && result.edition < session.edition(),
      ok: result && result.ok,
    });
    status.state(state, result && result.seconds, result && (result.cut?.whole ?? result.output.length));
  };

  const drawPython = (): void => {
    if (session.show().panel !== "python") return;
    const template = session.active();
    // Broken templates keep the code that they had.
    python.show(template, String(session.result()?.edition ?? ""));
    const now = editor.caret();
    if (now) python.follow(placeOf(now.text, now.offset).line);
  };

  const drawPanel = (): void => {
    const { panel: open, values: withValues } = session.show();
    for (const toggle of toggles) {
      setAttribute(toggle, "aria-expanded", String(toggle.dataset.panel === open));
    }
    setAttribute(values, "aria-pressed", String(withValues));
    panel.hidden = open === "";
    drawPanelHeight(panelHeight);
    if (open === "") return panelHolder.replaceChildren();
    const label = PANELS.find((it) => it.name === open)?.label ?? "";
    panelTitle.textContent = label;
    setAttribute(panel, "aria-label", label);
    if (panelHolder.firstChild !== bodies[open]) panelHolder.replaceChildren(bodies[open]);
    if (open === "context") context.show(session.result()?.context ?? [], session.overrides());
    if (open === "trace") trace.show(session.result());
    drawPython();
  };

  const drawResult = (): void => {
    kernel.heard();
    pointed = null;
    const result = session.result();
    editor.draw(result);
    results.draw(result);
    drawPanel();
    drawState();
    caretMoved(AFTER_RESULT);
  };

  const probe = async (): Promise<boolean> =>
    (await requests.ask({ type: "explain", template: session.main(), offset: 0, text: session.templates()[session.main()] ?? "" }, 4000)) !== null;
  const kernel = watchKernel(model, probe, () => drawState());

  undos.add(
    session.on("result", drawResult),
    session.on("early", () => {
      const [early, result] = [session.early(), session.result()];
      if (early && result) results.draw({ ...result, ...early, ok: true, error: null, segments: [] });
    }),
    session.on("busy", () => {
      kernel.heard();
      drawState();
    }),
    session.on("edition", drawState),
    session.on("overrides", drawPanel),
    session.on("active", drawPython),
    session.on("show", () => {
      editor.draw(session.result());
      drawPanel();
      drawSplit();
      drawLights();
    }),
    session.on("sent", kernel.sent),
    session.on("lost", kernel.lost),
    on(editor.element, "focusin", () => {
      if (isCaretPut) return;
      isCaretPut = true;
      caretMoved();
    }),
    // Keys that mean something here mean nothing to the notebook around.
    on<KeyboardEvent>(host, "keydown", (event) => event.stopPropagation()),
    on<KeyboardEvent>(panel, "keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !(event.target instanceof HTMLInputElement)) closePanel();
    }),
  );

  el.classList.add("lm-suppress-shortcuts");
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  el.append(host);
  const observer = new ResizeObserver((entries) => layOut(entries[0]?.contentRect.width ?? 0));
  observer.observe(host);
  layOut(host.clientWidth);
  undos.add(
    () => observer.disconnect(),
    watchTheme((theme) => {
      frame.dataset.theme = overlay.dataset.theme = theme;
      // The error view asks the notebook by this mark, which does not reach in here.
      frame.dataset.jpThemeLight = String(theme === "light");
      results.theme(theme);
    }),
  );
  drawResult();
  drawPanel();

  return () => {
    undos.run();
    kernel.close();
    requests.close();
    editor.close();
    results.close();
    python.close();
    session.close();
    host.remove();
  };
}
