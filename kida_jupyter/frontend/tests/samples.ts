// The sample messages that both sides test themselves with.

import { readFileSync, readdirSync } from "node:fs";

export interface Sample {
  readonly what: "result" | "traits" | "question" | "answer";
  readonly message: Record<string, unknown>;
  readonly to?: "complete" | "explain" | "python" | "whole";
  readonly texts?: Record<string, string>;
  readonly about?: string;
}

const folder = new URL("../../../tests/playground/samples/", import.meta.url);

/** The samples of a folder, by name. */
export function samples(within = ""): [string, Sample][] {
  return readdirSync(new URL(within, folder))
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name, JSON.parse(readFileSync(new URL(within + name, folder), "utf8")) as Sample]);
}

/** One sample. */
export const sample = (name: string): Sample => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Sample;
