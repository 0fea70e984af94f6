// How esbuild is called, for the build, the development server and the tests alike.
import { resolve } from "node:path";
import { consoleFolder } from "./paths.mjs";

export function bundleOptions({ minify }) {
  return {
    absWorkingDir: consoleFolder,
    entryPoints: { app: resolve(consoleFolder, "source/main.tsx") },
    bundle: true,
    format: "esm",
    target: ["es2022", "chrome123", "firefox128", "safari17.5"],
    // CSS nesting and light-dark() stay as written: all these browsers know them.
    supported: { nesting: true },
    // h(…) is shorter than what tsconfig.json's "react-jsx", for the checks alone, would write.
    tsconfigRaw: {},
    jsx: "transform",
    jsxFactory: "h",
    jsxFragment: "Fragment",
    inject: [resolve(consoleFolder, "node_modules/preact/dist/preact.module.js")],
    minify,
    sourcemap: minify ? false : "linked",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  };
}
