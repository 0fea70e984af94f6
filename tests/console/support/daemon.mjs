// A real daemon in a folder of its own, on ports that nobody else has, with handlers of every kind.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

export const binary = process.env.WEBHOOKD_BINARY ?? new URL("../../../build/release/universign-webhookd", import.meta.url).pathname;

/** What a forward handler posts to: refuses some transactions for good, and fails for others, as a CRM does. */
function startReceiver() {
  const state = { healed: false };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece) => (body += piece)).on("end", () => {
      const refused = !state.healed && body.includes('"refuse-me"');
      const failing = !state.healed && body.includes('"fail-me"');
      if (refused) response.writeHead(422).end('{"error":"The contract is not known here."}');
      else if (failing) response.writeHead(500).end("NullPointerException at ContractService.update(ContractService.java:118)");
      else response.writeHead(204).end();
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ state, server, port: server.address().port })));
}

function configuration({ folder, ingest, admin, receiver, tokens }) {
  const list = tokens.map(({ name, role, token }) => `    - { name: ${name}, role: ${role}, sha256: "${createHash("sha256").update(token).digest("hex")}" }`);
  return `
server: { listen: ["127.0.0.1:${ingest}"] }
admin:
  listen: ["127.0.0.1:${admin}"]
${list.length > 0 ? `  tokens:\n${list.join("\n")}` : ""}
endpoints:
  - name: production
    path: /webhooks/universign
    signature: { mode: required, jwks: { file: ${folder}/jwks.json } }
  - name: subsidiary
    path: /webhooks/subsidiary
    signature: { mode: required, jwks: { file: ${folder}/jwks.json } }
storage: { url: "sqlite:${folder}/events.db" }
handlers:
  audit: { type: log, level: debug }
  crm:
    type: forward
    url: http://127.0.0.1:${receiver}/hooks/universign
    order_by: transaction
    retry: { initial: 20ms, max_attempts: 3, jitter: none }
  archive:
    type: shell
    command: 'test "$UNIVERSIGN_ATTEMPT" -gt 1 || { echo "the archive is not mounted yet"; exit 75; }; echo "archived $UNIVERSIGN_TRANSACTION_ID"'
    retry: { initial: 30ms, max_attempts: 3 }
  signature-desk:
    type: shell
    command: 'test -e ${folder}/repaired || { echo "cannot reach the signature desk"; exit 1; }'
    retry: { initial: 20ms, max_attempts: 2 }
  billing:
    type: shell
    command: 'echo "the billing system is closed for the night"; exit 75'
    retry: { initial: 6h, max_delay: 12h, max_attempts: 9, jitter: none }
routes:
  - { name: completed, match: transaction.lifecycle.completed, when: { /payload/object/metadata/archive: "yes" }, handlers: [archive] }
  - { name: refusals, match: action.stalled, handlers: [signature-desk] }
  - { name: billed, match: transaction.lifecycle.completed, when: { /payload/object/metadata/billing: "yes" }, handlers: [billing] }
  - { name: business, match: ["transaction.*", "action.*"], endpoint: production, handlers: [crm] }
  - { name: everything, match: "*", handlers: [audit] }
log: { level: info, format: text }
`;
}

async function until(condition, what, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
export { until };

export class Daemon {
  #process = null;

  static async create(folder, { tokens = [] } = {}) {
    mkdirSync(folder, { recursive: true });
    const daemon = new Daemon();
    daemon.folder = folder;
    daemon.tokens = tokens;
    daemon.receiver = await startReceiver();
    if (!existsSync(join(folder, "private.pem"))) {
      const made = spawnSync(binary, ["keys", "generate", "--out", folder, "--bits", "2048"]);
      if (made.status !== 0) throw new Error(`no key: ${made.stderr}`);
    }
    daemon.ports = { ingest: 0, admin: 0 };
    return daemon;
  }

  get admin() { return `http://127.0.0.1:${this.ports.admin}`; }
  get ingest() { return `http://127.0.0.1:${this.ports.ingest}`; }
  get privateKey() { return readFileSync(join(this.folder, "private.pem"), "utf8"); }
  get keyId() { return JSON.parse(readFileSync(join(this.folder, "jwks.json"), "utf8")).keys[0].kid; }
  get database() { return join(this.folder, "events.db"); }

  /** Starts it, on the same ports as before where there was a before. */
  async start() {
    const file = join(this.folder, "webhookd.yaml");
    writeFileSync(file, configuration({ folder: this.folder, ...this.ports, receiver: this.receiver.port, tokens: this.tokens }));
    const process = spawn(binary, ["serve", "--config", file], { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = process;
    let log = "";
    process.stderr.setEncoding("utf8").on("data", (piece) => {
      if (log.length < 1_000_000) log += piece;
    });
    process.on("exit", (code) => (this.exitCode = code));
    this.exitCode = null;
    const port = (listener) => Number(new RegExp(`listener=${listener} address=[^\\s]*:(\\d+)`).exec(log)?.[1] ?? 0);
    await until(() => {
      if (this.exitCode !== null) throw new Error(`the daemon ended with ${this.exitCode}:\n${log}`);
      return port("admin") && port("ingest");
    }, "the daemon's listeners");
    this.ports = { ingest: port("ingest"), admin: port("admin") };
    await until(async () => (await fetch(`${this.admin}/readyz`)).ok, "the daemon to be ready");
  }

  async stop(signal = "SIGTERM") {
    const process = this.#process;
    if (!process || this.exitCode !== null) return;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill(signal);
    await ended;
    this.#process = null;
  }

  async close() {
    await this.stop("SIGKILL");
    this.receiver.server.closeAllConnections?.();
    this.receiver.server.close();
  }

  async get(path) {
    const headers = this.tokens[0] ? { Authorization: `Bearer ${this.tokens[0].token}` } : {};
    const response = await fetch(this.admin + path, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
