// node scripts/embed.mjs DIST OUT: what build.mjs has made, as OUT/page_files.bin and the C++ source that holds it and says
// where in it each file lies. One file of bytes and one of source, whatever the names in DIST are.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [dist, out] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));

const parts = [];
let end = 0;
const part = (path) => {
  const bytes = readFileSync(join(dist, path));
  const begin = end;
  parts.push(bytes);
  end += bytes.length;
  return `{webhookd_page_files + ${begin}, ${bytes.length}}`;
};
const rows = files.map(
  ({ path, type, sha256, immutable }) =>
    `    {${JSON.stringify(path)}, ${JSON.stringify(type)}, ${JSON.stringify(sha256.slice(0, 16))}, ${immutable},\n` +
    `     ${part(path)}, ${part(`${path}.gz`)}, ${part(`${path}.br`)}},`,
);

writeFileSync(join(out, "page_files.bin"), Buffer.concat(parts));
writeFileSync(
  join(out, "page_files.cpp"),
  `// Made by src/console/scripts/embed.mjs.
#include "admin/page/page_files.hpp"

asm(".pushsection .rodata\\n"
    "webhookd_page_files:\\n"
    ".incbin \\"page_files.bin\\"\\n"
    ".popsection\\n");
extern "C" const char webhookd_page_files[];

namespace webhookd::admin {
namespace {

const page_file files[] = {
${rows.join("\n")}
};

} // namespace

std::span<const page_file> page_files() {
    return files;
}

} // namespace webhookd::admin
`,
);
