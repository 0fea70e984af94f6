// Reads a database with the sqlite3 program: Node 18 has no SQLite of its own.
import { execFileSync } from "node:child_process";

const literal = (value) => `'${String(value).replaceAll("'", "''")}'`;

export function readAll(file, sql, values) {
  const rest = [...values];
  const input = sql.replace(/\?/g, () => literal(rest.shift()));
  const text = execFileSync("sqlite3", ["-readonly", "-json", file], { input, encoding: "utf8", maxBuffer: 64 << 20 });
  return text.trim() ? JSON.parse(text) : [];
}
