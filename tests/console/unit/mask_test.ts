import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { parseJson } from "../../../src/console/source/lib/json.ts";
import { findHidden, segments } from "../../../src/console/source/lib/mask.ts";

const hiddenIn = (value: unknown) => {
  const text = JSON.stringify(value);
  return findHidden(parseJson(text)).map(({ start, end, secret }) => [JSON.parse(`"${text.slice(start, end)}"`) as string, secret]);
};

test("signing links of actions and registrations are hidden", () => {
  assert.deepEqual(hiddenIn({ actions: [{ id: "act_1", url: "https://sign.example/x" }] }), [["https://sign.example/x", "link"]]);
  assert.deepEqual(hiddenIn({ object: "registration", page: "https://id.example/r" }), [["https://id.example/r", "link"]]);
  assert.deepEqual(hiddenIn({ deep: [{ accessUrl: "HTTPS://cdn.example/a" }] }), [["HTTPS://cdn.example/a", "link"]]);
});

test("what gives access is hidden by the daemon's own rule", () => {
  const vectors = JSON.parse(readFileSync(join(process.cwd(), "../../tests/vectors/redaction.json"), "utf8")) as Array<{ body: string; redacted: string }>;
  assert.ok(vectors.length > 30);
  for (const { body, redacted } of vectors) {
    const hidden = findHidden(parseJson(body)).filter(({ secret }) => secret !== "person");
    assert.equal(segments(body, hidden).map(({ text, secret }) => (secret ? "***" : text)).join(""), redacted);
  }
});

test("an address in the metadata is no signing link", () => {
  assert.deepEqual(hiddenIn({ metadata: { url: "https://crm.example/deal/1" } }), []);
});

test("API tokens are hidden wherever they stand", () => {
  assert.deepEqual(hiddenIn({ note: "use apikey_abc", token: "t0p" }), [["use apikey_abc", "token"], ["t0p", "token"]]);
});

test("an API token within an action is a token", () => {
  assert.deepEqual(hiddenIn({ actions: [{ url: "https://x/?k=apikey_1" }] }), [["https://x/?k=apikey_1", "token"]]);
});

test("what tells of a person is hidden", () => {
  const body = {
    participants: [{ email: "zoe@example.org", full_name: "Zoé Sabatier", phone_number: "+33639980000", name: "Z. Sabatier" }],
    carbon_copies: ["farid@mail.example"], applicant: "Zoé", note: "call zoe@example.org",
  };
  assert.deepEqual(hiddenIn(body).map(([text]) => text), ["zoe@example.org", "Zoé Sabatier", "+33639980000", "Z. Sabatier", "farid@mail.example", "Zoé", "call zoe@example.org"]);
  assert.ok(hiddenIn(body).every(([, secret]) => secret === "person"));
});

test("a title that holds a signer's name is hidden with it", () => {
  const body = { name: "Lease - Zoé Sabatier", folder: "Contracts", participants: [{ full_name: "Zoé Sabatier" }] };
  assert.deepEqual(hiddenIn(body).map(([text]) => text), ["Lease - Zoé Sabatier", "Zoé Sabatier"]);
});

test("ids, seals, placeholders and names of things are shown", () => {
  assert.deepEqual(hiddenIn({ id: "evt_1", signer: `scd_${"a".repeat(64)}`, email: "$Witness", name: "Lease", documents: [{ name: "contract.pdf" }], number: "20260301", created: "2026-03-01T10:00:00Z" }), []);
});

test("an escape hides nothing from the mask", () => {
  const text = '{"t\\u006fken":"\\u0061b"}';
  assert.deepEqual(findHidden(parseJson(text)).map(({ secret }) => secret), ["token"]);
});

test("segments put together are the text", () => {
  const text = '{"a":"x@y.zz","b":[{"token":"q"}],"c":1}';
  const pieces = segments(text, findHidden(parseJson(text)));
  assert.equal(pieces.map((piece) => piece.text).join(""), text);
  assert.deepEqual(pieces.filter((piece) => piece.secret).map((piece) => piece.text), ["x@y.zz", "q"]);
});
