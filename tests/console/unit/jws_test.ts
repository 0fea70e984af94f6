import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign, webcrypto } from "node:crypto";
import test from "node:test";
import { fromBase64url, parseHeader, toBase64url, verify } from "../../../src/console/source/lib/jws.ts";

// Node 18 has WebCrypto, but not as a global.
if (!globalThis.crypto) Object.defineProperty(globalThis, "crypto", { value: webcrypto });

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...(pair.publicKey.export({ format: "jwk" }) as { kty: string; n: string; e: string }), kid: "scd_1" };
const body = new TextEncoder().encode('{"id":"evt_1","note":"é"}') as Uint8Array<ArrayBuffer>;

function signed(header = '{"alg":"PS256", "kid":"scd_1"}', bytes: Uint8Array = body, saltLength = 32) {
  const head = Buffer.from(header).toString("base64url");
  const signature = sign("sha256", Buffer.from(`${head}.${Buffer.from(bytes).toString("base64url")}`), { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  return `${head}..${signature.toString("base64url")}`;
}
const reason = async (...given: Parameters<typeof verify>) => {
  const verdict = await verify(...given);
  return verdict.holds ? "holds" : verdict.reason;
};

test("a detached PS256 signature holds", async () => {
  const verdict = await verify(signed(), key, body);
  assert.equal(verdict.holds, true);
  assert.equal(verdict.bits, 2048);
  assert.equal(verdict.keyId, "scd_1");
  assert.match(verdict.sha256 ?? "", /^[0-9a-f]{64}$/);
});

test("one byte changed and it does not", async () => {
  const other = new Uint8Array(body);
  other[5] ^= 1;
  assert.equal(await reason(signed(), key, other), "mismatch");
});

test("another salt length is no PS256", async () => {
  assert.equal(await reason(signed(undefined, undefined, 20), key, body), "mismatch");
});

test("no other algorithm is believed", async () => {
  assert.equal(await reason(signed('{"alg":"RS256","kid":"scd_1"}'), key, body), "algorithm");
  assert.equal(await reason(signed('{"alg":"none","kid":"scd_1"}'), key, body), "algorithm");
});

test("the key must be there and be the one that is named", async () => {
  assert.equal(await reason(signed(), null, body), "key-missing");
  assert.equal(await reason(signed(), { ...key, kid: "scd_2" }, body), "key-other");
  // Which of the two depends on how much the implementation reads of such a number.
  assert.match(await reason(signed(), { ...key, n: "!" }, body), /^(key-unusable|mismatch)$/);
});

for (const wrong of ["", "a.b", "a.b.c", "..", "e30..AA", `${toBase64url(new TextEncoder().encode("[]"))}..AA`, "%..AA"]) {
  test(`no detached JWS: ${JSON.stringify(wrong)}`, async () => {
    assert.equal(parseHeader(wrong), null);
    assert.equal(await reason(wrong, key, body), "malformed");
  });
}

test("base64url goes there and back", () => {
  for (let length = 0; length < 70_000; length = length * 3 + 1) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
    assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
  }
  assert.equal(fromBase64url("a+b/"), null);
  assert.equal(fromBase64url("a"), null);
});
