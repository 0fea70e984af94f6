// Plausible transactions as Universign tells them: signed, posted, and with names and addresses that are invented.
import { constants, createPrivateKey, createHash, sign } from "node:crypto";
import { Agent, request } from "node:http";

/** The same numbers for the same seed (mulberry32). */
export function randomness(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (most) => Math.floor(next() * most), pick: (list) => list[Math.floor(next() * list.length)], chance: (share) => next() < share };
}

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

export function signature(body, privateKey, kid) {
  const head = base64url(`{"alg":"PS256", "kid":"${kid}"}`);
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return `${head}..${base64url(sign("sha256", Buffer.from(`${head}.${base64url(body)}`), key))}`;
}

/** Posts bodies one after another over a kept connection; tells each answer's status. */
export function poster(daemon, path = "/webhooks/universign") {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const key = createPrivateKey(daemon.privateKey);
  const kid = daemon.keyId;
  const post = (body, to = path) => new Promise((resolve, reject) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const sent = request(daemon.ingest + to, {
      agent, method: "POST",
      headers: { "Content-Type": "application/json", "Content-Length": bytes.length, "x-jws-signature": signature(bytes, key, kid) },
    }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    sent.on("error", reject);
    sent.end(bytes);
  });
  return { post, close: () => agent.destroy() };
}

const first = ["Maëlle", "Chloé", "Dario", "Elsa", "Farid", "Inès", "Léo", "Nora", "Oscar", "Yanis", "Zoé", "Hugo"];
const last = ["Pralong", "Orvanne", "Dumontel", "Aubépin", "Castagnol", "Verlaine-Roux", "Ferrand", "Sabatier"];
const contracts = ["Employment contract", "Lease", "Mandat SEPA", "Loan offer", "Compromis de vente", "Amendment no. 2", "Non-disclosure agreement"];
const stalls = ["signature_refusal", "consultation_refusal", "action_refusal", "review_refusal"];
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function idsOf(random) {
  return (prefix, length) => `${prefix}_${Array.from({ length }, () => random.pick(alphabet)).join("")}`;
}

function person(random, role) {
  const given = random.pick(first);
  const family = random.pick(last);
  const plain = (text) => text.normalize("NFD").replace(/[^a-zA-Z]/g, "").toLowerCase();
  return { name: `${given} ${family}`, email: `${plain(given)}.${plain(family)}+${role}@${random.pick(["example.com", "mail.example", "example.org"])}`, phone: `+336399${String(80000 + random.below(19999))}` };
}

/** The events of one transaction: { at, delay, body }, in the order in which they happen. */
export function transaction(random, startedAt, { metadata = {}, lose = null, ending = null } = {}) {
  const id = idsOf(random);
  const tx = id("tx", 12);
  const people = Array.from({ length: 1 + random.below(3) }, (_, index) => person(random, ["seller", "buyer", "witness", "notary"][index]));
  const user = id("usr", 12);
  const apiKey = random.pick(["apk_omwfrToctPHX", "apk_7hQwLsVe2fBn", "apk_Rk0aZc91TyUd"]);
  const name = `${random.pick(contracts)} - ${people[0].name}`;
  const events = [];
  let at = startedAt;
  let state = "draft";
  const actions = people.map((each) => ({ id: id("act", 10), actor: each.email, state: "waiting" }));
  const envelope = (type, object) => ({ object: "event", id: id("evt", 22), type, createdAt: Math.round(at) / 1000, user_id: user, trace_id: id("trc", 16), api_key_id: apiKey, payload: { object } });
  const whole = () => ({
    object: "transaction", id: tx, folder_id: "fol_EYatJc8JHcXc", created_at: new Date(startedAt).toISOString(), duration: 20160, name, folder_name: "Contracts", stalled: state === "stalled", language: random.pick(["fr", "en"]),
    creator: { workspace_name: "Exemplaire & Fils", api_key_name: "crm-integration" }, state,
    participants: people.map((each, index) => ({ email: each.email, full_name: each.name, full_name_type: "prerequisite", phone_number: each.phone, min_signature_level: `level${index % 3}`, schedule: [0], state: actions[index].state })),
    documents: [{ id: `doc_${tx.slice(3, 7)}`, name: "contract.pdf", fields: people.map((_, index) => ({ id: `fld_${index}${tx.slice(3, 6)}`, type: index === 2 ? "visa" : "signature", page: 1 + index * 3 })) }],
    instructions: { signatures: people.map((each, index) => ({ signer: each.email, field: `fld_${index}${tx.slice(3, 6)}` })), reviews: random.chance(0.2) ? [{ reviewer: people[0].email, document: `doc_${tx.slice(3, 7)}` }] : [] },
    actions: actions.map((action) => ({ ...action, url: `https://sign.universign.example/sig/#/${tx}/${action.id}?token=demo`, tasks: [{ type: "signature", state: "todo" }] })),
    metadata: { contract_no: `C-${2026}-${1000 + random.below(8999)}`, ...metadata },
  });
  const tell = (type, object) => {
    if (type !== lose) events.push({ at, delay: 250 + random.below(900), body: envelope(type, object) });
  };
  tell("transaction.lifecycle.created", whole());
  at += 20_000 + random.below(600_000);
  state = "started";
  tell("transaction.lifecycle.started", whole());
  const end = ending ?? (random.chance(0.74) ? "completed" : random.pick(["stalled", "expired", "cancelled", "open"]));
  for (const [index, action] of actions.entries()) {
    at += 3_000;
    action.state = "open";
    const short = { object: "action", id: action.id, transaction_id: tx, actor: action.actor, state: "open", url: `https://sign.universign.example/sig/#/${tx}/${action.id}?token=demo` };
    tell("action.opened", short);
    if (random.chance(0.3)) {
      at += 86_400_000;
      tell("action.reminder.sent", { ...short });
    }
    at += 600_000 + random.below(40_000_000);
    if (end === "stalled" && index === 0) {
      const reason = random.pick(stalls);
      action.state = "stalled";
      tell("action.stalled", { participant_email: action.actor, action_id: action.id, transaction_id: tx, stalled_reason: reason });
      return { id: tx, events };
    }
    if (end !== "completed" && index === actions.length - 1) break;
    action.state = "closed";
    tell("action.closed", { ...short, state: "closed", url: undefined });
  }
  if (end === "open") return { id: tx, events };
  at += end === "completed" ? 4_000 + random.below(20_000) : 40_000_000;
  state = end;
  tell(`transaction.lifecycle.${end}`, whole());
  return { id: tx, events };
}

/** Bodies that try to break the page: markup, directions, controls, long ids, long numbers, depth, size. */
export function hostile(at) {
  const markup = `<img src=x onerror="document.title='broken'"><script>alert(1)</script>`;
  const rtl = "\u202egnp.exe\u202c \u2066hidden\u2069 \u200b zero\u0007";
  const event = (id, type, object, more = {}) => ({ object: "event", id, type, createdAt: at / 1000, user_id: markup, trace_id: rtl, api_key_id: `apk_${markup}`, ...more, payload: { object } });
  return [
    event("evt_<b>bold</b>&amp;'\"", "transaction.<i>odd</i>.created", { object: "transaction", id: `tx_${markup}`, state: markup, name: rtl, metadata: { [markup]: markup, "=cmd|' /C calc'!A0": "=1+1" } }),
    event(`evt_${"L".repeat(251)}`, `long.${"type".repeat(60)}`, { object: "transaction", id: `tx_${"x".repeat(20_000)}`, state: "s".repeat(3_000), metadata: { note: "é".repeat(200) } }),
    event("evt_direction", "transaction.lifecycle.created", { object: "transaction", id: "tx_direction", state: rtl, name: `${rtl} ${"\u0301".repeat(50)}`, participants: [{ email: `${markup}@example.com`, full_name: `Ziad ${"\u202e"}evil` }] }),
    `{"object":"event","id":"evt_numbers","type":"transaction.lifecycle.started","createdAt":${at / 1000},"payload":{"object":{"object":"transaction","id":"tx_numbers","amount":123456789012345678901234567890.123456789012345678,"tiny":1e-400,"a":1,"a":2,"state":"started"}}}`,
    `{"object":"event","id":"evt_deep","type":"transaction.lifecycle.started","createdAt":${at / 1000},"payload":{"object":{"object":"transaction","id":"tx_deep","deep":${"[".repeat(5000)}${"]".repeat(5000)}}}}`,
    event("evt_large", "transaction.lifecycle.started", { object: "transaction", id: "tx_large", state: "started", blob: "A".repeat(300_000), list: Array.from({ length: 3000 }, (_, index) => ({ n: index, email: `p${index}@example.com` })) }),
  ];
}

export const digest = (body) => createHash("sha256").update(body).digest("hex");
