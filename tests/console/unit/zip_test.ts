import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { crc32, zip } from "../../../src/console/source/lib/zip.ts";

test("the checksum is the one that everybody computes", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("another program reads the archive", () => {
  const folder = mkdtempSync(join(tmpdir(), "webhookd-zip."));
  try {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    writeFileSync(join(folder, "a.zip"), zip([{ name: "é.txt", content: "bonjour\n" }, { name: "b.bin", content: bytes }, { name: "empty", content: "" }], new Date("2026-03-02T09:05:06Z")));
    const script = "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print([(i.filename,i.file_size,i.date_time) for i in z.infolist()]); print(z.read('é.txt').decode())";
    const told = execFileSync("python3", ["-c", script, join(folder, "a.zip")], { encoding: "utf8" });
    assert.equal(told, "[('é.txt', 8, (2026, 3, 2, 9, 5, 6)), ('b.bin', 70000, (2026, 3, 2, 9, 5, 6)), ('empty', 0, (2026, 3, 2, 9, 5, 6))]\nbonjour\n\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
