// A row of tabs by the ARIA pattern: one is in the tab order, arrow keys go to the others.

import { h, setAttribute } from "./dom";

export interface Tab {
  readonly name: string;
  readonly label: string;
  readonly title?: string;
  readonly badge?: string;
}

export interface Tabs {
  readonly element: HTMLElement;
  show(tabs: readonly Tab[], selected: string): void;
  focus(): void;
}

/** Parameters: `label`, for assistive technology; `panel`, the id of what the tabs show; `pick`, called when one is chosen. */
export function makeTabs(label: string, panel: string, pick: (name: string) => void): Tabs {
  const element = h("div", { role: "tablist", "aria-label": label, class: "tabs" });
  let names: string[] = [];
  let drawn = "";

  const focusOn = (name: string): void => {
    pick(name);
    (element.children[names.indexOf(name)] as HTMLElement | undefined)?.focus();
  };
  element.addEventListener("keydown", (event) => {
    const at = [...element.children].indexOf(event.target as Element);
    const last = names.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (at === -1 || next === undefined) return;
    event.preventDefault();
    focusOn(names[next] as string);
  });

  return {
    element,
    show: (tabs, selected) => {
      const wanted = JSON.stringify(tabs);
      if (wanted !== drawn) {
        const hadFocus = element.contains((element.getRootNode() as Document | ShadowRoot).activeElement);
        drawn = wanted;
        names = tabs.map((it) => it.name);
        element.replaceChildren(
          ...tabs.map((it) =>
            h(
              "button",
              { type: "button", role: "tab", class: "tab", "aria-controls": panel, title: it.title, onclick: () => pick(it.name) },
              h("span", { class: "tab-label" }, it.label),
              it.badge ? h("span", { class: "badge" }, it.badge) : null,
            ),
          ),
        );
        if (hadFocus) queueMicrotask(() => (element.children[names.indexOf(selected)] as HTMLElement | undefined)?.focus());
      }
      names.forEach((name, index) => {
        const tab = element.children[index] as HTMLElement;
        setAttribute(tab, "aria-selected", String(name === selected));
        setAttribute(tab, "tabindex", name === selected ? 0 : -1);
      });
    },
    focus: () => (element.querySelector('[aria-selected="true"]') as HTMLElement | null)?.focus(),
  };
}
