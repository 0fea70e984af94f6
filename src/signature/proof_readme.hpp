#pragma once

#include <string_view>

namespace webhookd::signature {

/// README.txt of a proof. Its commands, the lines that begin with four blanks and no fifth, are run by tests.
inline constexpr std::string_view proof_readme = R"(The proof of one webhook of Universign
======================================

body.json       the webhook's body, byte for byte as it was received
signature.txt   the value of its header x-jws-signature: a JWS with detached content (RFC 7515, appendix F), with the
                algorithm PS256 (RFC 7518, section 3.5)
jwks.json       the public key that verified it, as a JWK Set (RFC 7517)
key.pem         the same key, as openssl takes it
proof.json      what the daemon states: which event this is, when it arrived and was verified, from which address it
                came, which key verified it, from where and when that key was fetched (`key_source`, `key_fetched`)
                before the webhook arrived, and when it was last seen there (`key_confirmed`)

What it proves: that the holder of this key signed this body. It does not prove when, or for whom. That the key is
Universign's is shown by its key set, for as long as the key is in it: compare jwks.json with `key_source` of proof.json,
for production https://api.universign.com/v1/webhooks/jwks.json. Once the key has left that set, `key_source` and
`key_fetched` are the daemon's word for it. It did not always keep them: where `key_fetched` is null, `key_source` is
where its keys came from when this file was made.

With universign-webhookd, offline, and then with the keys that Universign publishes today
-----------------------------------------------------------------------------------------

  universign-webhookd verify --proof FILE.zip
  universign-webhookd verify --proof FILE.zip --jwks https://api.universign.com/v1/webhooks/jwks.json

With openssl and a POSIX shell, in the folder of these files
------------------------------------------------------------

    { cut -d . -f 1 signature.txt | tr -d '\n'; printf .; openssl base64 -A -in body.json | tr '+/' '-_' | tr -d '='; } >signed.txt
    value=$(cut -d . -f 3 signature.txt | tr '_-' '/+')
    while [ $((${#value} % 4)) -ne 0 ]; do value="$value="; done
    printf %s "$value" | openssl base64 -d -A >signature.bin
    openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -verify key.pem -signature signature.bin signed.txt

It answers `Verified OK`. `openssl dgst -sha256 body.json` shows the `body_sha256` of proof.json.

With any JOSE library
---------------------

Put the content into the middle of the token: HEADER..SIGNATURE becomes HEADER.BASE64URL(body.json).SIGNATURE, with
base64url as RFC 7515 writes it, without padding. Verify that as a compact JWS with the key of jwks.json, and let it
accept PS256 alone.
)";

} // namespace webhookd::signature
