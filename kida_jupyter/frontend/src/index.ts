// What anywidget loads: a function that draws a view of the model, and gives back how to take it away.

import type { Model, Undo } from "./model";
import { drawPlayground } from "./playground";

export default {
  render({ model, el }: { model: Model; el: HTMLElement }): Undo {
    return drawPlayground(model, el);
  },
};
