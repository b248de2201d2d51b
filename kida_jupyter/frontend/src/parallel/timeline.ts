// The live timeline: lanes, an overview, a line that says what is selected, and what leads from one to the other.

import { type Model, type Undo, Undos, on } from "../model";
import { freshId, h, setAttribute } from "../ui/dom";
import { watchTheme } from "../ui/theme";
import { type Call, levelsOf, openCalls } from "./calls";
import { type Colours, readColours } from "./colours";
import { type Spot, watchGestures } from "./gestures";
import { type Action, HELP, actionOf } from "./keys";
import { barHeight, barTop, callHeight, callTop, layoutOf, levelAt, opening, openness } from "./layout";
import { colourLegend, drawLegend, nameLanes } from "./legend";
import type { Timeline } from "./messages";
import { makeOverview } from "./overview";
import { type Painted, fit, inView, paint } from "./painting";
import { readRenders } from "./renders";
import type { Report } from "./report";
import styles from "./timeline.css";
import { type Box, makeTooltip } from "./tooltip";
import { type View, all, around, between, extentOf, isAll, moment, panned, showing, spanOf, timeAt, within, xOf, zoomed } from "./view";
import { type Place, firstPlace, isSame, isWhole, nextWrong, stepped, whole } from "./walking";
import { type Facts, asLine, factsOfCall, factsOfRender } from "./words";

/** How near one has to point, in pixels. */
const NEAR = 3;
const STEP = 1.6;
/** The part of the screen that a key moves by. */
const PAN = 0.25;
/** Milliseconds in which the view goes to another. */
const JOURNEY = 180;
/** Bars around one that is shown, to either side, as times its own length. */
const COMPANY = 4;
/** From so wide on, in pixels, the calls within a bar are asked for. */
const ASK_FROM = 8;
const NARROW = 560;

const HINT = "Point at a bar, or Tab here and use the arrow keys. Ctrl + wheel, pinch, + and − zoom; drag or Shift + wheel moves.";

/** Draws it in the place of the report's own drawings. */
export function drawTimeline(model: Model, data: Timeline, report: Report): Undo {
  const undos = new Undos();
  const renders = readRenders(data);
  const extent = extentOf(data.milliseconds);
  const calls = openCalls(model, data.calls, () => changed());
  const layout = layoutOf(data.lanes.length, levelsOf(data.calls), renders.wrong.length > 0);
  const worker = (lane: number): string => data.lanes[lane]?.name ?? "";

  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)");

  let view = all(extent);
  let width = 0;
  let open = 0;
  let hovered: Place | null = null;
  let selected: Place | null = null;
  /** Where one was before each Enter. */
  const trail: { view: View; selected: Place | null }[] = [];
  let colours: Colours = readColours(report.element);
  let frame = 0;
  /** Whether the tooltip is shown of what is selected, too. */
  let isTelling = false;
  /** Renders that are seen and whose calls are not here. */
  let missing: number[] = [];
  let journey: { from: View; to: View; began: number } | null = null;

  // --- what there is on the page -------------------------------------------------------------------------------

  const canvas = h("canvas", { "aria-hidden": "true" });
  const tooltip = makeTooltip();
  const hoverMark = h("div", { class: "mark hover", hidden: true });
  const selectMark = h("div", { class: "mark select", hidden: true });
  const help = freshId("help");
  const stage = h(
    "div",
    { class: "stage", role: "application", tabindex: 0, "aria-label": "Timeline of the renders", "aria-roledescription": "timeline", "aria-describedby": help },
    canvas,
    ...nameLanes(data, layout),
    h("div", { class: "marks" }, hoverMark, selectMark),
    tooltip.element,
  );
  const overview = makeOverview(extent, (next) => go(next, false));
  const range = h("span", { class: "range" });
  const line = h("p", { class: "line", role: "status" }, HINT);
  const actions = h("span", { class: "actions" });
  const note = h("p", { class: "note", role: "status" });
  const button = (label: string, title: string, act: () => void, ...more: (Node | string)[]): HTMLButtonElement =>
    h("button", { type: "button", title, "aria-label": label, onclick: act }, ...more);
  const closer = data.closer;
  const zoomOut = button("Zoom out", "Zoom out (−)", () => zoomBy(1 / STEP), "−");
  const zoomAll = button("Show all", "Show all (0)", () => go(all(extent)), "All");
  const wrongAt = h("span", { class: "wrong-at" });
  const toolbar = h(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Timeline view" },
    range,
    renders.wrong.length
      ? h(
          "span",
          { class: "wrong" },
          button("Previous render that differs or failed", "Previous (P)", () => goWrong(-1), "‹"),
          wrongAt,
          button("Next render that differs or failed", "Next (N)", () => goWrong(1), "›"),
        )
      : null,
    closer ? button("A closer look", "Where renders are close together, or the first that is wrong", () => go(around(closer[0], closer[1], extent)), "Closer look") : null,
    h("span", { class: "zoom" }, zoomAll, zoomOut, button("Zoom in", "Zoom in (+)", () => zoomBy(STEP), "+")),
  );
  const legend = drawLegend(data, calls.kinds);
  const body = h(
    "div",
    { class: "timeline" },
    toolbar,
    overview.element,
    stage,
    h("div", { class: "readout" }, line, actions),
    legend,
    note,
    h("p", { id: help, class: "unseen" }, HELP),
  );
  const host = h("div", { class: "kida-timeline" });
  const root = host.attachShadow({ mode: "open" });
  root.append(h("style", {}, styles), body);
  report.place(host);

  // --- drawing -------------------------------------------------------------------------------------------------

  const painted = (): Painted => ({ renders, calls, layout, colours, view, width, open });
  const draw = (): void => {
    frame = 0;
    if (journey) travel(journey);
    if (width <= 0) return;
    const seen = inView(painted());
    const goal = layout.levels ? openness(seen.width) : 1;
    open = isStill.matches ? goal : opening(open, goal);
    const context = fit(canvas, width, layout.height);
    if (context) paint(context, painted());
    overview.show(view);
    const step = spanOf(view) / 400;
    range.textContent = isAll(view, extent)
      ? `all ${moment(extent.whole, step)}`
      : `${moment(view.from, step).replace(" ms", "")} – ${moment(view.to, step)} of ${moment(extent.whole, 0.1)}`;
    for (const one of [zoomOut, zoomAll]) setAttribute(one, "aria-disabled", isAll(view, extent) ? "true" : null);
    putMark(hoverMark, hovered);
    putMark(selectMark, selected);
    tell();
    ask(seen);
    if (journey || open !== goal) redraw();
  };
  const redraw = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  const changed = (): void => {
    say();
    redraw();
  };
  const dress = (): void => {
    colours = readColours(report.element);
    colourLegend(legend, colours);
    if (width > 0) overview.paint(painted());
    redraw();
  };
  /** Also when it first comes to the page: until then it has neither a width nor colours. */
  const resize = (): void => {
    width = Math.floor(stage.clientWidth);
    setAttribute(body, "data-layout", width < NARROW ? "narrow" : "wide");
    dress();
  };
  const travel = (now: { from: View; to: View; began: number }): void => {
    const share = Math.min(1, (performance.now() - now.began) / JOURNEY);
    view = share >= 1 ? now.to : within(between(now.from, now.to, share * (2 - share)), extent);
    if (share >= 1) journey = null;
  };

  const boxOf = (place: Place): Box => {
    const render = renders.at(place.row);
    const call = isWhole(place) ? undefined : calls.of(render.index)?.[place.call];
    const left = xOf(view, width, render.start + (call?.start ?? 0));
    const right = xOf(view, width, call ? render.start + call.end : render.end);
    const box = call
      ? { top: callTop(layout, render.lane, Math.min(call.depth, layout.levels - 1)), height: callHeight(layout) }
      : { top: barTop(layout, render.lane), height: barHeight(layout, open) };
    const seenLeft = Math.max(-4, Math.min(width, left));
    return { ...box, left: seenLeft, width: Math.max(3, Math.min(width + 4, right) - seenLeft) };
  };
  const putMark = (mark: HTMLElement, place: Place | null): void => {
    mark.hidden = place === null;
    if (!place) return;
    const box = boxOf(place);
    const isSeen = box.left < width && box.left + box.width > 0;
    mark.hidden = !isSeen;
    Object.assign(mark.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` });
  };

  // --- words ---------------------------------------------------------------------------------------------------

  const callsOf = (row: number): readonly Call[] => calls.of(renders.at(row).index) ?? [];
  const factsOf = (place: Place): Facts => {
    const render = renders.at(place.row);
    const found = calls.of(render.index) ?? null;
    const call = isWhole(place) ? undefined : found?.[place.call];
    if (call && found) return factsOfCall(call, found, render);
    const missing = calls.isUnanswered() ? "not here, and no kernel answers" : "…";
    return factsOfRender(render, worker(render.lane), { calls: found, more: calls.moreOf(render.index), note: missing });
  };
  /** The tooltip is of what the pointer is at, or else of what the keyboard is at. */
  const tell = (): void => {
    const place = hovered ?? (isTelling ? selected : null);
    const mark = place === hovered ? hoverMark : selectMark;
    if (!place || mark.hidden) tooltip.hide();
    else tooltip.show(factsOf(place), boxOf(place), width);
  };
  const say = (): void => {
    const told = selected ? asLine(factsOf(selected)) : HINT;
    if (line.textContent !== told) line.textContent = told;
    line.classList.toggle("hint", !selected);
    const index = selected ? renders.at(selected.row).index : null;
    report.mark(index);
    const parts = index === null ? [] : report.partsOf(index);
    const key = `${index} ${parts.length}`;
    if (actions.dataset.of !== key) {
      actions.dataset.of = key;
      actions.replaceChildren(
        ...(selected ? [button("Zoom to it", "Zoom to it (Enter)", () => enter(), "Zoom to it")] : []),
        ...parts.map((part) => button(`Its ${part.what}`, part.what === "row" ? "Go to its row (R)" : `Go to its ${part.what}`, () => report.reveal(part, true), `Its ${part.what}`)),
      );
    }
    const at = selected ? renders.wrong.indexOf(selected.row) : -1;
    wrongAt.textContent = at < 0 ? `${renders.wrong.length.toLocaleString("en")} to look at` : `${at + 1} of ${renders.wrong.length.toLocaleString("en")}`;
    note.textContent = calls.isUnanswered() && missing.length ? "The calls within the renders here are not in the page, and no kernel answers." : "";
  };
  const ask = (seen: { indexes: number[]; width: number }): void => {
    const near = seen.width >= ASK_FROM ? seen.indexes : [];
    const wanted = selected ? [...near, renders.at(selected.row).index] : near;
    missing = wanted.filter((one) => !calls.of(one));
    calls.want(missing);
  };

  // --- going somewhere -----------------------------------------------------------------------------------------

  const go = (next: View, slowly = true): void => {
    const goal = within(next, extent);
    if (slowly && !isStill.matches) journey = { from: view, to: goal, began: performance.now() };
    else [view, journey] = [goal, null];
    redraw();
  };
  /** Where one is or is about to be. */
  const goal = (): View => journey?.to ?? view;
  const zoomBy = (factor: number): void => {
    const place = selected ? renders.at(selected.row) : null;
    const middle = place ? (place.start + place.end) / 2 : NaN;
    const now = goal();
    go(zoomed(now, extent, factor, middle >= now.from && middle <= now.to ? middle : (now.from + now.to) / 2));
  };
  const rangeOf = (place: Place): [number, number] => {
    const render = renders.at(place.row);
    const call = isWhole(place) ? undefined : callsOf(place.row)[place.call];
    return call ? [render.start + call.start, render.start + call.end] : [render.start, render.end];
  };
  const select = (place: Place | null, follow = true): void => {
    selected = place;
    isTelling = place !== null;
    if (place && follow) {
      const next = showing(goal(), extent, ...rangeOf(place));
      if (next !== goal()) go(next);
    }
    say();
    redraw();
  };
  /** Shows a render with others around it. */
  const lookAt = (row: number): void => {
    const { start, end } = renders.at(row);
    const room = (end - start) * COMPANY;
    trail.push({ view: goal(), selected });
    select(whole(row), false);
    go(spanOf(goal()) > 2 * room + end - start ? { from: start - room, to: end + room } : showing(goal(), extent, start, end));
  };
  const goWrong = (by: 1 | -1): void => {
    const row = nextWrong(renders, selected?.row ?? null, by);
    if (row !== null) lookAt(row);
  };
  const enter = (): void => {
    if (!selected) return;
    const next = around(...rangeOf(selected), extent);
    const isThere = Math.abs(spanOf(goal()) / spanOf(next) - 1) < 0.01 && Math.abs(goal().from - next.from) < spanOf(next) * 0.01;
    if (isThere && isWhole(selected) && callsOf(selected.row).length) {
      trail.push({ view: goal(), selected });
      select({ row: selected.row, call: 0 });
    } else if (!isThere) {
      trail.push({ view: goal(), selected });
      go(next);
    }
  };
  const back = (): boolean => {
    const before = trail.pop();
    if (before) {
      select(before.selected ?? selected, false);
      go(before.view);
      return true;
    }
    if (!selected) return false;
    select(null);
    return true;
  };
  const placeAt = ({ x, y }: Spot): Place | null => {
    const found = levelAt(layout, y, open);
    if (!found) return null;
    const slack = (NEAR / width) * spanOf(view);
    const time = timeAt(view, width, x);
    const row = renders.near(found.lane, time, slack);
    if (row === null || found.level < 0) return row === null ? null : whole(row);
    const { start } = renders.at(row);
    let best = -1;
    let least = Infinity;
    callsOf(row).forEach((call, at) => {
      if (Math.min(call.depth, layout.levels - 1) !== found.level) return;
      const away = Math.max(0, start + call.start - time, time - start - call.end);
      if (away <= slack && away <= least) [best, least] = [at, away];
    });
    return best < 0 ? null : { row, call: best };
  };
  const hover = (place: Place | null): void => {
    if (isSame(place, hovered)) return;
    hovered = place;
    stage.classList.toggle("over", place !== null);
    redraw();
  };

  // --- keys, pointers and the report ---------------------------------------------------------------------------

  /** Gives whether there was anything to do. */
  const act = (action: Action): boolean => {
    switch (action.do) {
      case "step":
        hover(null);
        select(selected ? stepped(renders, callsOf(selected.row), selected, action.step) : firstPlace(renders, goal().from));
        return true;
      case "pan":
        go(panned(goal(), extent, action.by * PAN));
        return true;
      case "zoom":
        zoomBy(STEP ** action.by);
        return true;
      case "all":
        trail.length = 0;
        go(all(extent));
        return true;
      case "enter":
        if (selected) enter();
        else select(firstPlace(renders, goal().from));
        return true;
      case "back":
        return back();
      case "wrong":
        goWrong(action.by);
        return true;
      case "row": {
        const row = selected && report.partsOf(renders.indexOf(selected.row)).find((part) => part.what === "row");
        if (row) report.reveal(row, true);
        return true;
      }
    }
  };
  undos.add(
    on<KeyboardEvent>(stage, "keydown", (event) => {
      const action = actionOf(event);
      if (!action || !act(action)) return;
      event.preventDefault();
      event.stopPropagation();
    }),
    on(stage, "focus", () => {
      isTelling = true;
      redraw();
    }),
    on(stage, "blur", () => {
      isTelling = false;
      redraw();
    }),
    watchGestures(stage, {
      point: (spot) => hover(spot && placeAt(spot)),
      pick: (spot) => {
        stage.focus({ preventScroll: true });
        select(placeAt(spot), false);
      },
      zoom: (factor, x) => {
        hover(null);
        go(zoomed(view, extent, factor, timeAt(view, width, x)), false);
      },
      pan: (pixels) => go(panned(view, extent, pixels / Math.max(1, width)), false),
      enter: (spot) => {
        const place = placeAt(spot);
        if (place) {
          select(place, false);
          enter();
        } else go(zoomed(view, extent, STEP, timeAt(view, width, spot.x)));
      },
    }),
    watchTheme(dress),
    () => cancelAnimationFrame(frame),
    calls.close,
  );
  report.link(
    (index) => {
      const row = renders.rowOf(index);
      if (row === null) return;
      lookAt(row);
      host.scrollIntoView({ block: "nearest" });
      stage.focus({ preventScroll: true });
    },
    (index) => hover(index === null || renders.rowOf(index) === null ? null : whole(renders.rowOf(index) as number)),
  );
  const observer = new ResizeObserver(resize);
  observer.observe(stage);
  undos.add(() => observer.disconnect());
  say();
  resize();
  return () => undos.run();
}
