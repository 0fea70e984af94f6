// npm run browser [-- NAME...]: runs tests/console/browser/NAME_test.mjs one after another; each has a daemon and a browser of its own.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./paths.mjs";

const folder = join(repository, "tests/console/browser");
const wanted = process.argv.slice(2);
const files = readdirSync(folder).filter((name) => name.endsWith("_test.mjs") && (wanted.length === 0 || wanted.includes(name.replace("_test.mjs", ""))));
let failed = files.length === 0;
for (const file of files) failed = spawnSync(process.execPath, ["--test", join(folder, file)], { stdio: "inherit" }).status !== 0 || failed;
process.exit(failed ? 1 : 0);
