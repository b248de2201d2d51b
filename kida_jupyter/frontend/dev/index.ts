// The development page: draws the playground over the toy kernel, as the address asks.

import playground from "../src/index";
import { devModel } from "./model";
import { hostile, large, letter, query, report } from "./samples";

const asked = new URLSearchParams(location.search);
const samples = { report, letter, query, hostile: hostile(asked.get("host") ?? "http://127.0.0.1:9"), large: large(Number(asked.get("rows") ?? 1000)) };
const sample = samples[(asked.get("sample") ?? "report") as keyof typeof samples];
if (asked.get("theme")) document.body.setAttribute("data-jp-theme-light", String(asked.get("theme") !== "dark"));
document.body.style.background = asked.get("theme") === "dark" ? "#111" : "#fff";

const model = devModel(sample, JSON.parse(asked.get("show") ?? "{}") as Record<string, unknown>);
const views = Array.from({ length: Number(asked.get("views") ?? 1) }, () => {
  const el = document.createElement("div");
  document.body.append(el);
  return playground.render({ model, el });
});
Object.assign(window, { model, views });
