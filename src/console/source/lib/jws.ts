// The check of a webhook's signature, run in the browser: a detached JWS (RFC 7515, appendix F) with PS256 (RFC 7518, 3.5)
// over the raw body, with the JWK that the daemon kept. Nothing of the daemon's word is used.

export interface PublicKey {
  kty: string;
  kid: string;
  n: string;
  e: string;
}

export type Verdict =
  | { holds: true; algorithm: string; keyId: string | null; bits: number; sha256: string }
  | { holds: false; reason: Reason; algorithm?: string; keyId?: string | null; bits?: number; sha256?: string };

export type Reason = "malformed" | "algorithm" | "key-missing" | "key-other" | "key-unusable" | "mismatch" | "no-crypto";

export interface ParsedHeader {
  algorithm: string;
  keyId: string | null;
  signature: Uint8Array<ArrayBuffer>;
  protectedPart: string;
}

export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toBase64url(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += 0x8000) binary += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function parseHeader(header: string): ParsedHeader | null {
  const parts = header.trim().split(".");
  if (parts.length !== 3 || parts[1] !== "") return null;
  const [protectedPart = "", , signaturePart = ""] = parts;
  const protectedBytes = fromBase64url(protectedPart);
  const signature = fromBase64url(signaturePart);
  if (!protectedBytes || !signature || signature.length === 0) return null;
  try {
    const protectedHeader: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(protectedBytes));
    if (typeof protectedHeader !== "object" || protectedHeader === null) return null;
    const { alg, kid } = protectedHeader as Record<string, unknown>;
    if (typeof alg !== "string") return null;
    return { algorithm: alg, keyId: typeof kid === "string" ? kid : null, signature, protectedPart };
  } catch {
    return null;
  }
}

export async function verify(header: string, key: PublicKey | null, body: Uint8Array<ArrayBuffer>): Promise<Verdict> {
  // Browsers give WebCrypto to secure contexts alone: https, or this very host.
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return { holds: false, reason: "no-crypto" };
  const sha256 = hex(await subtle.digest("SHA-256", body));
  const parsed = parseHeader(header);
  if (!parsed) return { holds: false, reason: "malformed", sha256 };
  const known = { algorithm: parsed.algorithm, keyId: parsed.keyId, sha256 };
  if (parsed.algorithm !== "PS256") return { holds: false, reason: "algorithm", ...known };
  if (!key) return { holds: false, reason: "key-missing", ...known };
  if (parsed.keyId !== null && parsed.keyId !== key.kid) return { holds: false, reason: "key-other", ...known };
  try {
    const jwk = { kty: "RSA", n: key.n, e: key.e, alg: "PS256", ext: true };
    const imported = await subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-256" }, false, ["verify"]);
    const bits = (imported.algorithm as RsaHashedKeyAlgorithm).modulusLength;
    const signed = new TextEncoder().encode(`${parsed.protectedPart}.${toBase64url(body)}`);
    const holds = await subtle.verify({ name: "RSA-PSS", saltLength: 32 }, imported, parsed.signature, signed);
    return holds ? { holds, bits, ...known } : { holds, reason: "mismatch", bits, ...known };
  } catch {
    return { holds: false, reason: "key-unusable", ...known };
  }
}
