// Whether a kernel is there to answer. No front end says so in one way: signs of life decide, and what can be asked.

import { type Model, type Undo, listen } from "./model";

export type Life = "alive" | "waiting" | "gone";

export interface Kernel {
  life(): Life;
  /** Something came from Python. */
  heard(): void;
  /** Something was sent to Python; an answer is expected. */
  sent(): void;
  /** Sending failed. */
  lost(): void;
  close: Undo;
}

// A kernel that is idle answers within milliseconds; longer than this, the page says what it waits for.
const PATIENCE = 4000;

/**
 * Watches for signs of life.
 *
 * Parameters: `probe`, a question to Python that tells whether it was answered; `changed`, called when the answer changes.
 */
export function watchKernel(model: Model, probe: () => Promise<boolean>, changed: () => void): Kernel {
  let life: Life = "alive";
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const become = (next: Life): void => {
    if (closed || next === life) return;
    life = next;
    changed();
  };
  const silent = (): void => become(managersKernel(model) === "busy" ? "waiting" : "gone");
  const look = (): void => {
    if (managersKernel(model) === "none") become("gone");
    else void probe().then((answered) => (answered ? become("alive") : silent()));
  };

  // Jupyter's own model says when its channel opens or closes, as on a restart; anywhere else nobody calls this.
  const stop = listen(model, "comm_live_update", look);
  look();

  return {
    life: () => life,
    heard: () => {
      clearTimeout(timer);
      timer = undefined;
      become("alive");
    },
    sent: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        // It may have had nothing to say.
        look();
      }, PATIENCE);
    },
    lost: () => become("gone"),
    close: () => {
      closed = true;
      clearTimeout(timer);
      stop();
    },
  };
}

/** What JupyterLab's widget manager knows of its kernel, where it is the one: others have no `kernel`. */
function managersKernel(model: Model): "none" | "busy" | "other" {
  const manager = model.widget_manager;
  if (typeof manager !== "object" || manager === null || !("kernel" in manager)) return "other";
  const kernel = (manager as { kernel: { status?: unknown; isDisposed?: unknown } | null }).kernel;
  if (!kernel || kernel.isDisposed === true || kernel.status === "dead") return "none";
  return kernel.status === "busy" ? "busy" : "other";
}
