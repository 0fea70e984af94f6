// A real daemon in a folder of its own, with the configuration and the past of `./dev demo --keep`, on ports that nobody else has.
import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const repository = new URL("../../../", import.meta.url).pathname;
export const binary = process.env.WEBHOOKD_BINARY ?? join(repository, "build/release/universign-webhookd");
/** Makes the past, and plays the CRM. */
export const demo = process.env.WEBHOOKD_DEMO ?? join(repository, "build/release/webhookd_demo");

export async function until(condition, what, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A port that nobody listens at. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const digest = (token) => createHash("sha256").update(token).digest("hex");

export class Daemon {
  #process = null;
  #crm = null;

  static async create(folder, { tokens = [] } = {}) {
    mkdirSync(folder, { recursive: true });
    const daemon = new Daemon();
    Object.assign(daemon, { folder, tokens, ports: { ingest: 0, admin: 0 }, nobody: await freePort() });
    execFileSync(binary, ["keys", "generate", "--out", folder, "--bits", "2048"], { stdio: "ignore" });
    const portFile = join(folder, "crm.port");
    daemon.#crm = spawn(demo, ["receive", "--port-file", portFile, "--repaired", daemon.repaired], { stdio: "ignore" });
    await until(() => existsSync(portFile) && readFileSync(portFile, "utf8").trim() !== "", "the CRM");
    daemon.crmPort = readFileSync(portFile, "utf8").trim();
    daemon.#configure();
    return daemon;
  }

  get file() { return join(this.folder, "webhookd.yaml"); }
  get key() { return join(this.folder, "private.pem"); }
  get repaired() { return join(this.folder, "repaired"); }
  get admin() { return `http://127.0.0.1:${this.ports.admin}`; }
  get ingest() { return `http://127.0.0.1:${this.ports.ingest}`; }

  #configure() {
    const address = (port) => `127.0.0.1:${port}`;
    const values = { STATE: this.folder, INGEST: address(this.ports.ingest), ADMIN: address(this.ports.admin), CRM: address(this.crmPort), NOBODY: address(this.nobody) };
    const tokens = this.tokens.map(({ name, role, token }) => `\n    - { name: ${name}, role: ${role}, sha256: "${digest(token)}" }`).join("");
    let text = readFileSync(join(repository, "tests/demo/demo.yaml"), "utf8").replace(/\b(STATE|INGEST|ADMIN|CRM|NOBODY)\b/g, (name) => values[name]);
    if (tokens) text = text.replace(/^admin:$/m, `admin:\n  tokens:${tokens}`);
    writeFileSync(this.file, text);
  }

  /** Gives it a past; tells the ids of the transactions that are worth a look. */
  fill({ days, events, hostile = false } = {}) {
    const options = [...(days ? ["--days", String(days)] : []), ...(events ? ["--events", String(events)] : []), ...(hostile ? ["--hostile"] : [])];
    return JSON.parse(execFileSync(demo, ["fill", "--config", this.file, "--key", this.key, ...options], { encoding: "utf8" }));
  }

  /** Starts it, on the same ports as before where there was a before. */
  async start() {
    this.#configure();
    const child = spawn(binary, ["serve", "--config", this.file], { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = child;
    this.exitCode = null;
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (piece) => {
      if (log.length < 1_000_000) log += piece;
    });
    child.on("exit", (code) => (this.exitCode = code ?? -1));
    const port = (listener) => Number(new RegExp(`listener=${listener} address=[^\\s]*:(\\d+)`).exec(log)?.[1] ?? 0);
    await until(() => {
      if (this.exitCode !== null) throw new Error(`the daemon ended with ${this.exitCode}:\n${log}`);
      return port("admin") && port("ingest");
    }, "the daemon's listeners");
    this.ports = { ingest: port("ingest"), admin: port("admin") };
    await until(async () => (await fetch(`${this.admin}/readyz`)).ok, "the daemon to be ready");
  }

  async stop(signal = "SIGTERM") {
    const child = this.#process;
    if (!child || this.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
    this.#process = null;
  }

  async close() {
    await this.stop("SIGKILL");
    this.#crm?.kill();
  }

  /** Posts a signed sample, as Universign would; tells its id. `set` changes its JSON: { "/id": "evt_1" }. */
  async send(type, { endpoint = "universign", set = {}, seed = Math.floor(Math.random() * 1e9) } = {}) {
    const changes = Object.entries({ "/createdAt": new Date().toISOString(), ...set }).flatMap(([pointer, value]) => ["--set", `${pointer}=${value}`]);
    const { stdout } = await promisify(execFile)(binary, ["trigger", type, "--json", "--key", this.key, "--url", `${this.ingest}/webhooks/${endpoint}`, "--seed", String(seed), ...changes]);
    return JSON.parse(stdout.split("\n")[0]).event; // a summary follows
  }

  async get(path) {
    const headers = this.tokens[0] ? { Authorization: `Bearer ${this.tokens[0].token}` } : {};
    const response = await fetch(this.admin + path, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
