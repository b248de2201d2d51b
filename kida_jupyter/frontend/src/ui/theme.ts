// Whether the notebook around is light or dark; each front end says it in its own way.

import { type Undo, Undos, on } from "../model";

export type Theme = "light" | "dark";

/** The theme that the marks of a page stand for; null where it has none of the known ones. */
export function themeOfMarks(body: { light: string | null; classes: string }, html: { theme: string | null }): Theme | null {
  if (body.light === "true" || body.light === "false") return body.light === "true" ? "light" : "dark";
  // VS Code: vscode-light, vscode-dark, vscode-high-contrast, vscode-high-contrast-light.
  if (/\bvscode-(light|high-contrast-light)\b/.test(body.classes)) return "light";
  if (/\bvscode-(dark|high-contrast)\b/.test(body.classes)) return "dark";
  // Colab, and pages made by Sphinx.
  if (html.theme === "dark" || html.theme === "light") return html.theme;
  return null;
}

/** Calls `show` with the theme now and whenever it changes. */
export function watchTheme(show: (theme: Theme) => void): Undo {
  const undos = new Undos();
  const preferred = window.matchMedia("(prefers-color-scheme: dark)");
  const { body, documentElement: html } = document;
  const look = (): void => {
    const marked = themeOfMarks(
      { light: body.getAttribute("data-jp-theme-light"), classes: body.className },
      { theme: html.getAttribute("theme") ?? html.getAttribute("data-theme") },
    );
    show(marked ?? (preferred.matches ? "dark" : "light"));
  };
  const observer = new MutationObserver(look);
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "class", "theme", "data-theme"];
  observer.observe(body, { attributes: true, attributeFilter });
  observer.observe(html, { attributes: true, attributeFilter });
  undos.add(() => observer.disconnect(), on(preferred, "change", look));
  look();
  return () => undos.run();
}
