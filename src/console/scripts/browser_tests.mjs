// npm run browser [-- NAME...]: runs tests/console/browser/NAME_test.mjs, two at a time; each has a daemon and a browser of its own.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./paths.mjs";
import { runTests } from "./run_tests.mjs";

const folder = join(repository, "tests/console/browser");
const wanted = process.argv.slice(2);
// The longest first, so that the last one to end is not alone for long.
const longest = ["scale", "screens", "reading", "working"];
const rank = (name) => longest.includes(name) ? longest.indexOf(name) : longest.length;
const names = readdirSync(folder).filter((name) => name.endsWith("_test.mjs")).map((name) => name.replace("_test.mjs", ""))
  .sort((a, b) => rank(a) - rank(b));
const chosen = wanted.length === 0 ? names : wanted;
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}; there are ${names.join(", ")}.`);
  process.exit(64);
}
process.exit((await runTests(chosen.map((name) => join(folder, `${name}_test.mjs`)), { atOnce: 2 })) ? 0 : 1);
