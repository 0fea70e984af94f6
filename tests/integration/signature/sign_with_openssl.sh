#!/usr/bin/env bash
# Signs a body with nothing but the openssl command, from the text of RFC 7515 alone.
# usage: sign_with_openssl.sh FOLDER BITS BODY SALT [DIGEST]
# Makes FOLDER/key.pem and FOLDER/jwks.json when they are not there, and prints the value of x-jws-signature.
set -euo pipefail
folder=$1 bits=$2 body=$3 salt=$4 digest=${5:-sha256}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
from_hex() { sed 's|..|\\x&|g' | { IFS= read -r escaped || true; printf '%b' "$escaped"; }; }

if [[ ! -f $folder/key.pem ]]; then
    openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits" -out "$folder/key.pem"
    modulus=$(openssl rsa -in "$folder/key.pem" -noout -modulus)
    n=$(printf '%s' "${modulus#Modulus=}" | from_hex | base64url)
    printf '{"keys":[{"kty":"RSA","kid":"by-hand","use":"sig","alg":"PS256","e":"AQAB","n":"%s"}]}\n' "$n" \
        >"$folder/jwks.json"
fi

header=$(printf '{"alg":"PS256", "kid":"by-hand"}' | base64url)
signature=$(
    { printf '%s.' "$header"; base64url <"$body"; } |
        openssl dgst "-$digest" -sign "$folder/key.pem" -sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:$salt" \
            -sigopt "rsa_mgf1_md:$digest" -binary | base64url
)
printf '%s..%s' "$header" "$signature"
