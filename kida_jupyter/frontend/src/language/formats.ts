// Which language stands under a template, and in its result.

import { html } from "@codemirror/lang-html";
import { jinja } from "@codemirror/lang-jinja";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { sql } from "@codemirror/lang-sql";
import { yaml } from "@codemirror/lang-yaml";
import { Language, LanguageSupport, StreamLanguage } from "@codemirror/language";

import type { Format } from "../messages";
import { KidaParser } from "./kida";

const plain = (): LanguageSupport =>
  new LanguageSupport(
    StreamLanguage.define({
      name: "text",
      token: (stream) => {
        stream.skipToEnd();
        return null;
      },
    }),
  );

// A closing tag that is put there is not typed over, and whoever types HTML would have each twice.
const asTyped = { autoCloseTags: false };

const BASES: Record<Format, () => LanguageSupport> = {
  html: () => html(asTyped),
  svg: () => html(asTyped),
  markdown: () => markdown({ htmlTagLanguage: html({ ...asTyped, matchClosingTags: false }) }),
  sql: () => sql(),
  json: () => json(),
  yaml: () => yaml(),
  latex: plain,
  text: plain,
};

/** The language of a result. */
export const resultLanguage = (format: Format): LanguageSupport => BASES[format]();

/** The language of a template whose result has a format: Kida's over that of the result. */
export function templateLanguage(format: Format): LanguageSupport {
  const { language, support } = jinja({ base: BASES[format]() });
  return new LanguageSupport(new Language(language.data, new KidaParser(language.parser), [], "kida"), support);
}

/** A template's own format, by its name's suffix; else that of the playground. */
export function formatOf(name: string, otherwise: Format): Format {
  const suffix = /\.(\w+?)(?:\.(?:j2|jinja2?|kida))?$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const known: Record<string, Format> = {
    html: "html",
    htm: "html",
    md: "markdown",
    markdown: "markdown",
    sql: "sql",
    json: "json",
    yaml: "yaml",
    yml: "yaml",
    svg: "svg",
    tex: "latex",
    txt: "text",
  };
  return known[suffix] ?? otherwise;
}

/** Whether the result of this format has more to show than its text. */
export const hasPreview = (format: Format): boolean => format === "html" || format === "svg" || format === "markdown";
