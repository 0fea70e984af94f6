// Runs test files with node:test, some at a time, each in a process of its own; says which failed, and writes JUnit where
// WEBHOOKD_JUNIT names a file.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const reporter = pathToFileURL(fileURLToPath(new URL("junit.mjs", import.meta.url))).href;

function run(file, report) {
  const began = Date.now();
  const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${reporter}`, `--test-reporter-destination=${report}`];
  const child = spawn(process.execPath, [...reporters, file], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (piece) => (output += piece));
  return new Promise((resolve) => child.on("close", (code) => {
    // What ran without a failure is told in a line.
    if (code !== 0) process.stdout.write(output);
    console.log(`${code === 0 ? "passed" : "FAILED"}  ${basename(file)}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
    resolve(code === 0);
  }));
}

export async function runTests(files, { atOnce = availableParallelism() } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "webhookd-console-tests."));
  const reports = files.map((_, index) => join(folder, `${index}.xml`));
  const waiting = files.map((file, index) => [file, reports[index]]);
  let passed = files.length > 0;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) passed = (await run(...next)) && passed;
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  // A file that ended before it could report has failed as a whole.
  const cases = reports.map((report, index) => existsSync(report) ? readFileSync(report, "utf8")
    : `  <testcase name="${basename(files[index])}" status="fail"><failure message="ended early"/></testcase>\n`).join("");
  rmSync(folder, { recursive: true, force: true });
  const count = (status) => cases.split(`status="${status}"`).length - 1;
  console.log(`${count("run")} passed, ${count("fail")} failed, ${count("notrun")} skipped`);
  for (const [, why] of cases.matchAll(/<system-out>(skipped: .*?)<\/system-out>/g)) console.log(why);
  if (process.env.WEBHOOKD_JUNIT) writeFileSync(process.env.WEBHOOKD_JUNIT, `<testsuites><testsuite name="page">\n${cases}</testsuite></testsuites>\n`);
  return passed;
}
