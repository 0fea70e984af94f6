// Fills a daemon's store with ninety days of plausible events, and lets them have arrived when they happened.
import { execFileSync } from "node:child_process";
import { until } from "./daemon.mjs";
import { hostile, poster, randomness, transaction } from "./universign.mjs";

const day = 86_400_000;

export async function fill(daemon, { perDay = 7, days = 90, withHostile = true, now = Date.now() } = {}) {
  const random = randomness(7);
  const { post, close } = poster(daemon);
  const told = { late: null, gap: null, failed: null, stalled: null, completed: null, hostile: [] };
  const shifts = []; // what the store shall say of each arrival
  const all = [];

  for (let back = days; back >= 0; back -= 1) {
    const weekday = new Date(now - back * day).getUTCDay();
    const count = weekday === 0 || weekday === 6 ? Math.ceil(perDay / 4) : perDay + random.below(4);
    for (let n = 0; n < count; n += 1) {
      const at = now - back * day + 7 * 3_600_000 + random.below(10 * 3_600_000) - 12 * 3_600_000;
      const options = { metadata: {} };
      if (back < 4 && random.chance(0.25)) options.metadata.tag = random.chance(0.5) ? "refuse-me" : "fail-me";
      if (random.chance(0.5)) options.metadata.archive = "yes";
      if (back < 2) options.metadata.billing = "yes";
      if (back > 0 && back < 20 && n === 0 && back % 6 === 1) Object.assign(options, { lose: "transaction.lifecycle.started", ending: "completed" });
      const made = transaction(random, at, options);
      if (options.lose && !told.gap && made.events.length > 2) told.gap = made.id;
      const types = made.events.map(({ body }) => body.type);
      if (back > 3 && types.length > 6 && types.at(-1) === "transaction.lifecycle.completed" && made.events.at(-1).at < now) told.completed = made.id;
      if (types.includes("action.stalled") && made.events.at(-1).at < now) told.stalled = made.id;
      if (back === 5 && n === 1) {
        // One that came late, after what followed it.
        for (const event of made.events.slice(1, 2)) event.delay = 5_400_000;
        told.late = made.id;
      }
      const path = random.chance(0.12) ? "/webhooks/subsidiary" : "/webhooks/universign";
      all.push(...made.events.filter((event) => event.at < now).map((event) => ({ ...event, path })));
    }
  }
  for (const kind of [["apikey.created", { object: "apikey", id: "apk_7hQwLsVe2fBn", name: "crm", token: "apikey_ftPLjlb1g14o0vfz4U7ppWgocaimRPCHzKHYxqDF" }],
                      ["registration.identity.verified", { object: "registration", id: "reg_5tGhQ2", applicant: "zoe.sabatier@example.org", fullname: "Zoé Sabatier", verification_status: "success", state: "verified", url: "https://id.universign.example/r/abc" }],
                      ["identity-validation.processed", { object: "identity-validation", id: "idv_k21Lw0", state: "success" }]]) {
    for (let n = 1; n < 8; n += 1) all.push({ at: now - n * 5 * day, delay: 300, body: { object: "event", id: `evt_${kind[0].replace(/[^a-z]/g, "").slice(0, 10)}${n}`, type: kind[0], createdAt: (now - n * 5 * day) / 1000, api_key_id: "apk_omwfrToctPHX", payload: { object: kind[1] } } });
  }
  all.sort((a, b) => a.at - b.at);
  const statuses = new Map();
  for (let from = 0; from < all.length; from += 64) {
    await Promise.all(all.slice(from, from + 64).map(async (event) => {
      const status = await post(event.body, event.path ?? "/webhooks/universign");
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      shifts.push([event.body.id, Math.round((event.at + event.delay) * 1000)]);
    }));
  }
  if (withHostile) {
    for (const body of hostile(now - 60_000)) told.hostile.push(await post(body));
  }
  await until(async () => (await daemon.get("/v1/handlers")).data.every(({ name, waiting, in_flight: flying }) => name === "billing" || waiting + flying === 0), "the deliveries", 120_000);
  close();

  await daemon.stop();
  const values = shifts.map(([id, at]) => `('${id.replaceAll("'", "''")}',${at})`);
  const outage = (began, minutes, reason, refused) => `INSERT INTO outages VALUES (${(began + minutes * 60_000) * 1000}, ${began * 1000}, '', '${reason}', ${refused});`;
  execFileSync("sqlite3", [daemon.database], { input: `
    BEGIN;
    CREATE TEMP TABLE shift (id TEXT PRIMARY KEY, at INTEGER);
    ${chunks(values, 400).map((chunk) => `INSERT OR IGNORE INTO shift VALUES ${chunk.join(",")};`).join("\n")}
    CREATE TEMP TABLE moved AS SELECT seq, shift.at - received AS by FROM events JOIN shift ON shift.id = events.event_id;
    CREATE UNIQUE INDEX temp.moved_seq ON moved (seq);
    UPDATE events SET received = received + (SELECT by FROM moved WHERE moved.seq = events.seq) WHERE seq IN (SELECT seq FROM moved);
    UPDATE attempts SET started = started + (SELECT by FROM moved JOIN deliveries ON deliveries.event = moved.seq WHERE deliveries.id = attempts.delivery)
      WHERE delivery IN (SELECT deliveries.id FROM deliveries JOIN moved ON moved.seq = deliveries.event WHERE state <> 0);
    UPDATE deliveries SET planned = planned + (SELECT by FROM moved WHERE moved.seq = deliveries.event), since = since + (SELECT by FROM moved WHERE moved.seq = deliveries.event),
      finished = finished + (SELECT by FROM moved WHERE moved.seq = deliveries.event) WHERE state <> 0 AND event IN (SELECT seq FROM moved);
    ${outage(now - 12 * day, 47, "died", 0)}
    ${outage(now - 3 * day, 9, "disk", 214)}
    COMMIT;` });
  await daemon.start();
  // A little since the start, so that its figures are not all zero.
  const later = poster(daemon);
  for (let n = 0; n < 3; n += 1) {
    const { events } = transaction(random, now - 120_000 + n * 30_000);
    await later.post(events[0].body);
    if (n > 0) await later.post(events[0].body);
  }
  later.close();
  return { ...told, events: all.length, statuses: Object.fromEntries(statuses) };
}

function chunks(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}
