// Bundles each widget into one ES module, styles inside, beside the Python that serves it.
import { build } from "esbuild";
import { writeLicences } from "./licences.mjs";

const folder = process.argv[2] ?? "../static";
const bundles = { playground: "src/index.ts", parallel: "src/parallel/index.ts" };

for (const [name, entry] of Object.entries(bundles)) {
  const out = `${folder}/${name}.js`;
  const { metafile } = await build({
    entryPoints: [entry],
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
}
