// npm run build [-- --out FOLDER]: the page as the daemon embeds it. Scripts and styles carry the hash of their content in
// their names; each file is there as it is, as gzip and as brotli; manifest.json lists them all. Fails above the size limit.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundleOptions } from "./bundle.mjs";
import { buildFolder, consoleFolder } from "./paths.mjs";

const sizeLimit = 100_000; // bytes of gzip, all files that a visit loads

const { values } = parseArgs({ options: { out: { type: "string", default: join(buildFolder, "dist") } } });
const out = resolve(values.out);

const types = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8",
                svg: "image/svg+xml", txt: "text/plain; charset=utf-8" };

function licences() {
  const notices = ["preact", "@preact/signals", "@preact/signals-core", "uplot"].map((name) => {
    const folder = join(consoleFolder, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
  });
  return `The page of universign-webhookd contains these libraries.\n\n${notices.join("\n----\n\n")}`;
}

const bundled = await build({ ...bundleOptions({ minify: true }), outdir: out, write: false });
const output = (extension) => bundled.outputFiles.find((file) => file.path.endsWith(extension)).contents;
const hashed = (name, content) => {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return `assets/${name.replace(/\.(\w+)$/, `-${hash}.$1`)}`;
};

const icon = readFileSync(join(consoleFolder, "icon.svg"));
const names = { script: hashed("app.js", output(".js")), style: hashed("app.css", output(".css")), icon: hashed("icon.svg", icon) };
const html = readFileSync(join(consoleFolder, "index.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, key) => names[key]);

const files = [
  { path: "index.html", content: Buffer.from(html) },
  { path: names.script, content: Buffer.from(output(".js")) },
  { path: names.style, content: Buffer.from(output(".css")) },
  { path: names.icon, content: icon },
  { path: "licences.txt", content: Buffer.from(licences()) },
];

rmSync(out, { recursive: true, force: true });
const manifest = [];
let total = 0;
for (const { path, content } of files) {
  const gzip = gzipSync(content, { level: 9 });
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), content);
  writeFileSync(join(out, `${path}.gz`), gzip);
  writeFileSync(join(out, `${path}.br`), brotli);
  manifest.push({
    path,
    type: types[basename(path).split(".").pop()],
    immutable: path.startsWith("assets/"),
    sha256: createHash("sha256").update(content).digest("hex"),
    bytes: content.length,
    gzip: gzip.length,
    brotli: brotli.length,
  });
  if (path !== "licences.txt") total += gzip.length;
  console.log(`${path.padEnd(34)} ${String(content.length).padStart(8)}  gzip ${String(gzip.length).padStart(7)}  brotli ${String(brotli.length).padStart(7)}`);
}
writeFileSync(join(out, "manifest.json"), JSON.stringify({ files: manifest }, null, 1));
console.log(`${"in all, gzip".padEnd(34)} ${total} of ${sizeLimit}`);
if (total > sizeLimit) {
  console.error(`The page is ${total - sizeLimit} bytes above its limit.`);
  process.exit(1);
}
