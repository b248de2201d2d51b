// What anywidget loads: the parallel view's HTML, as it is without a script, with its timeline come to life.

import { type Model, type Undo, Undos } from "../model";
import { openReport } from "./report";
import { drawTimeline } from "./timeline";
import { validTimeline } from "./validation";

export default {
  render({ model, el }: { model: Model; el: HTMLElement }): Undo {
    const undos = new Undos();
    const report = openReport(el, text(model, "html"), text(model, "key"));
    undos.add(report.close);
    const data = validTimeline(model.get("timeline"));
    if (data && data.bars.index.length) undos.add(drawTimeline(model, data, report));
    return () => undos.run();
  },
};

const text = (model: Model, name: string): string => {
  const value = model.get(name);
  return typeof value === "string" ? value : "";
};
