// Collects the licences of what is bundled: they ask to be passed on with it.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^(licen[cs]e|copying)/i;

export async function writeLicences(inputs, out) {
  const folders = new Set();
  for (const input of inputs) {
    const found = PACKAGE.exec(input);
    if (found) folders.add(found[0]);
  }
  if (folders.size === 0) return;
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((one) => LICENCE.test(one));
    const text = file === undefined ? "" : (await readFile(join(folder, file), "utf8")).trim();
    texts.push(`${name} ${version} (${license})\n\n${text}\n`);
  }
  await writeFile(out, texts.join(`\n${"-".repeat(80)}\n\n`));
}
