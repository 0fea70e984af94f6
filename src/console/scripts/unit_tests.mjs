// npm test: bundles tests/console/unit/*_test.ts and runs them: node:test knows no TypeScript on Node 18.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bundleOptions } from "./bundle.mjs";
import { buildFolder, repository } from "./paths.mjs";
import { runTests } from "./run_tests.mjs";

const sources = join(repository, "tests/console/unit");
const outdir = join(buildFolder, "unit");
rmSync(outdir, { recursive: true, force: true });
await build({
  ...bundleOptions({ minify: false }),
  entryPoints: readdirSync(sources).filter((name) => name.endsWith("_test.ts")).map((name) => join(sources, name)),
  outdir, platform: "node", target: "node18", packages: "external", outExtension: { ".js": ".mjs" }, sourcemap: false,
});
const tests = readdirSync(outdir).filter((name) => name.endsWith(".mjs")).map((name) => join(outdir, name));
process.exit((await runTests(tests)) ? 0 : 1);
