// What a proof is made of when it is handed to somebody: the bytes, the header, the key, and how to check them without us.
import type { EventDetail } from "../../generated/api.ts";
import { type ZipFile, zip } from "./zip.ts";

const readme = (event: EventDetail) => `The proof of one webhook of Universign
=======================================

body.json       the body, byte for byte as it was received
signature.txt   the value of its header x-jws-signature: a JWS with detached content (RFC 7515, appendix F), PS256
jwks.json       the public key that the daemon checked it with, as a JWK Set (RFC 7517)
proof.json      what the daemon says of it: ids, times, endpoint

It proves that the holder of this key sent this body. It does not prove when, to whom, or whose event it is. That the key is
Universign's is shown by its key set, https://api.universign.com/v1/webhooks/jwks.json, for as long as the key is in it.

With the daemon's program:

    universign-webhookd verify --jwks jwks.json --signature @signature.txt --body body.json

With openssl and python3 alone:

    python3 - <<'END'
    import base64, json
    decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    head, _, signature = open("signature.txt").read().strip().split(".")
    body = base64.urlsafe_b64encode(open("body.json", "rb").read()).rstrip(b"=")
    open("signed.bin", "wb").write(head.encode() + b"." + body)
    open("signature.bin", "wb").write(decode(signature))
    key = json.load(open("jwks.json"))["keys"][0]
    integer = lambda name: int.from_bytes(decode(key[name]), "big")
    open("key.conf", "w").write("asn1=SEQUENCE:key\\n[key]\\nalgorithm=SEQUENCE:algorithm\\nbits=BITWRAP,SEQUENCE:rsa\\n"
        "[algorithm]\\noid=OID:rsaEncryption\\nnone=NULL\\n[rsa]\\nn=INTEGER:%d\\ne=INTEGER:%d\\n" % (integer("n"), integer("e")))
    END
    openssl asn1parse -genconf key.conf -noout -out key.der
    openssl pkey -pubin -inform DER -in key.der -out key.pem
    openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -verify key.pem -signature signature.bin signed.bin

Event ${event.id}, received at ${event.received} by the endpoint ${event.endpoint}.
`;

export function proofFile(event: EventDetail, sha256: string): Uint8Array<ArrayBuffer> | null {
  const { signature, raw_body: raw } = event;
  if (!signature?.key || raw === null) return null;
  const statement = {
    object: "proof", event: event.id, type: event.type, endpoint: event.endpoint, transaction_id: event.transaction_id, created: event.created,
    received: event.received, verified_at: signature.verified_at, key_id: signature.key_id, algorithm: "PS256", body_sha256: sha256,
  };
  const files: ZipFile[] = [
    { name: "README.txt", content: readme(event) },
    { name: "body.json", content: raw },
    { name: "signature.txt", content: signature.header },
    { name: "jwks.json", content: JSON.stringify({ keys: [{ ...signature.key, use: "sig", alg: "PS256" }] }, null, 2) },
    { name: "proof.json", content: JSON.stringify(statement, null, 2) },
  ];
  return zip(files, new Date(event.received));
}
