// Answers for a daemon that does not have them yet, made of what it has: a session, the histogram, groups of failures, a
// transaction with what is missing, outcomes beside the events, explained routes, the configuration. Each goes when the
// daemon answers itself; until then it lets every screen be looked at.
import { randomBytes } from "node:crypto";
import { readAll } from "./sqlite.mjs";

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers });
  response.end(body === null ? undefined : JSON.stringify(body));
  return true;
};
const problem = (response, status, detail) => json(response, status, { type: "about:blank", title: "", status, detail });

async function bodyOf(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text ? JSON.parse(text) : {};
}

const instant = (microseconds) => new Date(microseconds / 1000).toISOString();
const secondsOf = { "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "6h": 21600, "1d": 86400, "7d": 604800 };
const groups = ["transaction", "action", "registration", "identity-validation", "apikey"];

/** `database` is read beside the daemon; `roles` maps a token to its name and role (none: this host may do all). */
export function previewApi({ database, roles = null }) {
  const sessions = new Map();
  const query = (sql, ...values) => readAll(database, sql, values);

  return async (request, response, daemon) => {
    const url = new URL(request.url, "http://front");
    const route = `${request.method} ${url.pathname}`;
    const cookie = /console=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    const session = roles ? sessions.get(cookie) : { name: null, role: "owner" };
    const ask = async (path) => {
      const headers = session?.token ? { Authorization: `Bearer ${session.token}` } : {};
      const answer = await fetch(new URL(path, daemon), { headers });
      return answer.json();
    };
    const told = () => ({ object: "session", name: session.name, role: session.role, expires: session.expires ?? null });

    if (url.pathname === "/v1/session") {
      if (request.method === "POST") {
        const { token } = await bodyOf(request);
        if (!roles?.[token]) return problem(response, 401, "A valid token is needed.");
        const id = randomBytes(16).toString("hex");
        sessions.set(id, { ...roles[token], token, expires: new Date(Date.now() + 8 * 3_600_000).toISOString() });
        return json(response, 200, { object: "session", ...roles[token], expires: sessions.get(id).expires }, { "Set-Cookie": `console=${id}; HttpOnly; SameSite=Strict; Path=/` });
      }
      if (request.method === "DELETE") {
        sessions.delete(cookie);
        response.writeHead(204).end();
        return true;
      }
      return session ? json(response, 200, told()) : problem(response, 401, "A valid token is needed.");
    }
    if (session?.token) request.headers.authorization = `Bearer ${session.token}`;
    if (!url.pathname.startsWith("/v1/")) return false;
    if (roles && !session) return problem(response, 401, "A valid token is needed.");

    if (route === "GET /v1/events/histogram") {
      const step = secondsOf[url.searchParams.get("interval")];
      const from = Math.floor(Date.parse(url.searchParams.get("created_gt")) / 1000 / step) * step;
      const until = Math.floor(Date.now() / 1000 / step) * step;
      const starts = [];
      for (let at = from; at <= until; at += step) starts.push(new Date(at * 1000).toISOString());
      const rows = query(`SELECT event_types.name AS type, (at / 1000000) / ${step} * ${step} AS start, count(*) AS n FROM events JOIN event_types ON event_types.id = events.type WHERE at > ${from * 1e6} GROUP BY 1, 2`);
      const series = [...groups, "other"].map((key) => ({ key, events: 0, counts: starts.map(() => 0) }));
      for (const { type, start, n } of rows) {
        const group = type.split(".")[0];
        const one = series[groups.includes(group) ? groups.indexOf(group) : groups.length];
        const index = (start - from) / step;
        if (index < 0 || index >= starts.length) continue;
        one.events += n;
        one.counts[index] += n;
      }
      return json(response, 200, { object: "histogram", interval_seconds: step, starts, series });
    }
    if (route === "GET /v1/deliveries/groups") {
      const rows = query(`SELECT handlers.name AS handler, coalesce(reason, '') AS cause, count(*) AS n, min(finished) AS first, max(finished) AS last, max(deliveries.id) AS sample FROM deliveries JOIN handlers ON handlers.id = deliveries.handler WHERE deliveries.state = 2 GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100`);
      const data = [];
      for (const row of rows) {
        const { history, ...sample } = await ask(`/v1/deliveries/${row.sample}`);
        data.push({ object: "delivery_group", handler: row.handler, cause: row.cause, deliveries: row.n, first_finished: instant(row.first), last_finished: instant(row.last), sample });
      }
      return json(response, 200, { object: "list", data, has_more: false });
    }
    if (route === "POST /v1/deliveries/retry" && url.searchParams.has("cause")) {
      // The daemon retries by handler alone.
      url.searchParams.delete("cause");
      request.url = url.pathname + url.search;
      return false;
    }
    if (route === "GET /v1/events" && url.searchParams.has("include")) {
      for (const name of ["state", "stalled_reason", "outcome"]) if (url.searchParams.has(name)) return problem(response, 400, `there is no parameter '${name}' here`);
      url.searchParams.delete("include");
      const list = await ask(url.pathname + url.search);
      if (list.object !== "list") return problem(response, list.status, list.detail);
      return json(response, 200, { ...list, data: list.data.map((event) => ({ ...event, deliveries: outcome(event) })) });
    }
    const transaction = /^GET \/v1\/transactions\/([^/]+)$/.exec(route);
    if (transaction) {
      const id = decodeURIComponent(transaction[1]);
      const endpoint = url.searchParams.get("endpoint");
      const list = await ask(`/v1/events?limit=200&transaction=${encodeURIComponent(id)}${endpoint ? `&endpoint=${encodeURIComponent(endpoint)}` : ""}`);
      const gaps = await ask("/v1/events/gaps?limit=1000");
      return json(response, 200, {
        object: "transaction", id, endpoint: list.data[0]?.endpoint ?? endpoint ?? "", state: list.data[0]?.state ?? null,
        events: list.data.map((event) => ({ ...event, deliveries: outcome(event) })).reverse(),
        missing: gaps.data.filter((gap) => gap.transaction_id === id), has_more: list.has_more,
      });
    }
    if (route === "POST /v1/routes/explain") {
      return json(response, 200, {
        object: "explanation", type: "transaction.lifecycle.completed", endpoint: "production",
        routes: [
          { name: "completed", matches: false, reason: "/payload/object/metadata/archive is not \"yes\": there is no such member", handlers: ["archive"], final: false },
          { name: "refusals", matches: false, reason: "transaction.lifecycle.completed is not action.stalled", handlers: ["signature-desk"], final: false },
          { name: "business", matches: true, reason: "transaction.* matches, and the endpoint is production", handlers: ["crm"], final: false },
          { name: "everything", matches: true, reason: "* matches", handlers: ["audit"], final: false },
        ],
        handlers: ["crm", "audit"],
      });
    }
    if (route === "GET /v1/configuration") {
      const file = "webhookd.yaml";
      return json(response, 200, {
        object: "configuration", version: "0.1.0", loaded: new Date().toISOString(), files: [file],
        data: [
          { key: "server.listen", value: ["127.0.0.1:8080"], masked: false, origin: `${file}:2` },
          { key: "server.limits.body", value: "8MiB", masked: false, origin: "default" },
          { key: "admin.tokens.0.sha256", value: "***", masked: true, origin: `${file}:6` },
          { key: "endpoints.production.path", value: "/webhooks/universign", masked: false, origin: `${file}:9` },
          { key: "storage.retention.payloads", value: "90d", masked: false, origin: "default" },
          { key: "handlers.crm.headers.Authorization", value: "***", masked: true, origin: `${file}:21` },
          { key: "log.level", value: "debug", masked: false, origin: "UNIVERSIGN_WEBHOOKD_LOG__LEVEL" },
        ],
      });
    }
    return false;

    function outcome(event) {
      const sum = { pending: 0, successful: 0, failed: 0 };
      const rows = query(`SELECT deliveries.state AS state, count(*) AS n FROM deliveries JOIN events ON events.seq = deliveries.event JOIN endpoints ON endpoints.id = events.endpoint WHERE event_id = ? AND endpoints.name = ? GROUP BY 1`, event.id, event.endpoint);
      for (const { state, n } of rows) sum[["pending", "successful", "failed"][state]] += n;
      return sum;
    }
  };
}
