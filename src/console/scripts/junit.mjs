// A reporter of node:test that writes JUnit, with ctest's words for the outcome, so that .ci/table.py counts every kind of test alike.
const escaped = (text) => String(text).replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, "?").replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

export default async function* junit(source) {
  // A test that has others in it is told after them, one level above: only the innermost ones count, and what failed.
  let deeper = -1;
  const cases = [];
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const holdsOthers = deeper > data.nesting;
    deeper = data.nesting;
    const failed = type === "test:fail";
    const isSuite = holdsOthers || data.details?.type === "suite";
    if (isSuite && !data.skip && !(failed && data.details?.error?.failureType !== "subtestsFailed")) continue;
    const why = data.skip === undefined || data.skip === false ? null : data.skip === true || data.skip === "" ? "no reason was given" : data.skip;
    const status = failed ? "fail" : why === null ? "run" : "notrun";
    const inside = failed ? `<failure message="${escaped(data.details?.error?.cause?.message ?? data.details?.error?.message ?? "")}"/>`
      : why === null ? "" : `<system-out>skipped: ${escaped(why)}</system-out>`;
    cases.push(`  <testcase name="${escaped(data.name)}" time="${((data.details?.duration_ms ?? 0) / 1000).toFixed(3)}" status="${status}">${inside}</testcase>\n`);
  }
  yield cases.join("");
}
