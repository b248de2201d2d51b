// Bundles the playground into one ES module, styles inside, beside the Python that serves it.
import { build } from "esbuild";
import { writeLicences } from "./licences.mjs";

const out = process.argv[2] ?? "../static/playground.js";

const { metafile } = await build({
  entryPoints: ["src/index.ts"],
  outfile: out,
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  // Source is compared with the committed bundle byte by byte: nothing of this machine may get in.
  sourcemap: false,
  legalComments: "none",
  charset: "utf8",
  loader: { ".css": "text" },
  logLevel: "warning",
  metafile: true,
});

await writeLicences(Object.keys(metafile.inputs), `${out}.LICENSES.txt`);
