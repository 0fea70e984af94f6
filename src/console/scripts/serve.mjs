// npm run serve [-- --daemon http://127.0.0.1:8081 --port 8090]: builds on every change, and serves the page with a proxy to
// a running daemon. The browser is reloaded by hand.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { context } from "esbuild";
import { bundleOptions } from "./bundle.mjs";
import { startFront } from "./front.mjs";
import { buildFolder, consoleFolder } from "./paths.mjs";

const { values } = parseArgs({
  options: { daemon: { type: "string", default: "http://127.0.0.1:8081" }, port: { type: "string", default: "8090" } },
});
const folder = join(buildFolder, "watch");

mkdirSync(join(folder, "assets"), { recursive: true });
cpSync(join(consoleFolder, "icon.svg"), join(folder, "assets/icon.svg"));
const names = { script: "assets/app.js", style: "assets/app.css", icon: "assets/icon.svg" };
const html = readFileSync(join(consoleFolder, "index.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, key) => names[key]);
writeFileSync(join(folder, "index.html"), html);

const told = { name: "told", setup(build) { build.onEnd(({ errors }) => console.log(errors.length ? "not built" : "built")); } };
const watching = await context({ ...bundleOptions({ minify: false }), outdir: join(folder, "assets"), plugins: [told] });
await watching.watch();
const { port } = await startFront({ folder, daemon: values.daemon, port: Number(values.port) });
console.log(`http://127.0.0.1:${port}/console/ in front of ${values.daemon}; Ctrl-C ends it`);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
