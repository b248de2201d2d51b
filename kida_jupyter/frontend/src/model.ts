// The part of anywidget's model that the playground uses.

/** anywidget's model: traits that are shared with Python, and messages. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, listener: (...args: never[]) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
  readonly widget_manager?: unknown;
}

/** Undoes something: takes a listener away, ends an observer. */
export type Undo = () => void;

/** Listens to an event of the model until the returned function is called. */
export function listen(model: Model, event: string, listener: (...args: never[]) => void): Undo {
  model.on(event, listener);
  return () => model.off(event, listener);
}

/** Things to undo together, last first. */
export class Undos {
  private readonly all: Undo[] = [];

  add(...undos: Undo[]): void {
    this.all.push(...undos);
  }

  run(): void {
    for (const undo of this.all.splice(0).reverse()) undo();
  }
}

/** Listens to an event of the page until the returned function is called. */
export function on<T extends Event>(
  target: EventTarget,
  event: string,
  listener: (event: T) => void,
  options?: AddEventListenerOptions,
): Undo {
  target.addEventListener(event, listener as EventListener, options);
  return () => target.removeEventListener(event, listener as EventListener, options);
}
