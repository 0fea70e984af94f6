#!/usr/bin/env bash
# The example configurations before the real daemon, in the real nginx, HAProxy and Caddy. With WEBHOOKD_ROOT the daemon is
# the one that is installed in that root file system, under the package's user.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need nginx haproxy caddy curl openssl

read -r ingest admin proxy nowhere < <(free_ports 4)
host=hooks.example.com
path=/webhooks/universign
# The daemon finds its files under the same name within its root as we do without.
state=${WEBHOOKD_ROOT:-}$scratch
serve=("$binary")
if [[ -n ${WEBHOOKD_ROOT:-} ]]; then
    mkdir -p "$state"
    serve=(chroot --userspec=universign-webhookd:universign-webhookd "$WEBHOOKD_ROOT" /usr/bin/universign-webhookd)
fi

write_configuration() {
    cat >"$state/webhookd.yaml" <<YAML
server: { listen: ["127.0.0.1:$ingest"], limits: { body: 64KiB } }
admin: { listen: ["127.0.0.1:$admin"] }
endpoints: [{ name: production, path: $path, signature: { jwks: { file: "$scratch/jwks.json" } } }]
storage: { url: "sqlite:$scratch/events.db" }
queue: { max_pending: $1 }
handlers: { gone: { type: forward, url: "http://127.0.0.1:$nowhere/", retry: { initial: 1h, jitter: none } } }
routes: [{ name: everything, match: "*", handlers: [gone] }]
YAML
}

reloads() { grep -c 'the configuration is reloaded' "$scratch/daemon.log" || true; }
reloaded_after() { [[ $(reloads) -gt $1 ]]; }
reload_with() { # a new bound of the queue
    local before
    before=$(reloads)
    write_configuration "$1"
    kill -HUP "$daemon"
    await "the reload" reloaded_after "$before"
}

new_event() {
    printf '{"id":"evt_%s","object":"event","type":"action.opened","payload":{"object":{}}}' "$1" >"$scratch/body"
    signature=$("$source/tests/integration/signature/sign_with_openssl.sh" "$scratch" 2048 "$scratch/body" 32)
}

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
    -keyout "$scratch/tls.key" -out "$scratch/tls.pem" 2>/dev/null
cat "$scratch/tls.pem" "$scratch/tls.key" >"$scratch/tls-both.pem"
new_event first # makes the keys
write_configuration 1000000
if [[ -n ${WEBHOOKD_ROOT:-} ]]; then
    cp "$scratch/jwks.json" "$state/"
    chroot "$WEBHOOKD_ROOT" chown -R universign-webhookd: "$scratch"
fi
"${serve[@]}" serve --config "$scratch/webhookd.yaml" 2>"$scratch/daemon.log" &
started+=($!)
daemon=$!
await "the daemon" curl -sf "http://127.0.0.1:$admin/readyz"

# through TARGET CURL-ARGUMENT...: over the proxy, from an address that is not the proxy's own.
through() {
    local target=$1
    shift
    curl -s --interface 127.0.0.77 --cacert "$scratch/tls.pem" --resolve "$host:$proxy:127.0.0.1" --max-time 30 \
        -o "$scratch/answer" -D "$scratch/headers" -w '%{http_code}' "$@" "https://$host:$proxy$target"
}
deliver() {
    through "$path" -H "x-jws-signature: $signature" -H 'Content-Type: application/json' \
        --data-binary "@$scratch/body" "$@"
}

run_nginx() { # with one of the examples
    {
        echo "pid $scratch/nginx.pid; error_log stderr; daemon off; worker_processes 1; events { }
http { access_log off;"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $scratch/${kind}_temp;"; done
        sed -e "/listen \[::\]/d" -e "s#listen 443#listen 127.0.0.1:$proxy#" -e "s#server [a-z0-9.-]*:8080#server 127.0.0.1:$ingest#" \
            -e "s#/etc/.*fullchain.pem#$scratch/tls.pem#" -e "s#/etc/.*privkey.pem#$scratch/tls.key#" "$1"
        echo "}"
    } >"$scratch/nginx.conf"
    nginx -e stderr -c "$scratch/nginx.conf" 2>"$scratch/nginx.log" &
}
start_nginx() { run_nginx "$source/config/proxies/nginx.conf"; }
start_nginx_of_compose() { run_nginx "$source/docker/nginx.conf"; }
run_haproxy() { # with one of the examples
    sed -e "/log \/dev\/log/d" -e '/user haproxy/d' -e '/group haproxy/d' -e "s#bind :::443 v4v6#bind 127.0.0.1:$proxy#" \
        -e "s#/etc/haproxy/certs/$host.pem#$scratch/tls-both.pem#" -e "s#127.0.0.1:8080#127.0.0.1:$ingest#" \
        -e "s#10.0.0.11:8080#127.0.0.1:$ingest#" -e "s#10.0.0.12:8080#127.0.0.1:$nowhere#" "$1" >"$scratch/haproxy.cfg"
    haproxy -db -f "$scratch/haproxy.cfg" >"$scratch/haproxy.log" 2>&1 &
}
start_haproxy() { run_haproxy "$source/config/proxies/haproxy.cfg"; }
# One of its two daemons is away, which nobody may notice.
start_haproxy_of_several() { run_haproxy "$source/config/proxies/haproxy-cluster.cfg"; }
start_caddy() {
    sed -e "0,/^{/s//{\n\tadmin off\n\tauto_https disable_redirects/" -e "s#^$host#$host:$proxy#" \
        -e "s#\# tls .*#tls $scratch/tls.pem $scratch/tls.key#" -e "s#127.0.0.1:8080#127.0.0.1:$ingest#" \
        "$source/config/proxies/Caddyfile" >"$scratch/Caddyfile"
    HOME=$scratch XDG_DATA_HOME=$scratch XDG_CONFIG_HOME=$scratch caddy run --adapter caddyfile \
        --config "$scratch/Caddyfile" 2>"$scratch/caddy.log" &
}

check_proxy() {
    local name=$1 id
    reload_with 1000000
    "start_$name"
    started+=($!)
    await "$name" through /
    new_event "by_$name"
    id=evt_by_$name
    expect_equal "$name: a signed event" "$(deliver -H 'X-Forwarded-For: 198.51.100.7')" 200
    expect_match "$name: its answer" "$(cat "$scratch/answer")" '"accepted"'
    expect_match "$name: the client's address" "$(curl -sf "http://127.0.0.1:$admin/v1/events/$id")" \
        '"source":"127.0.0.77"'
    expect_equal "$name: a forged event" "$(through "$path" -H "x-jws-signature: $signature" -H 'Content-Type: application/json' -d '{}')" 401
    expect_equal "$name: the same again" "$(deliver)" 200
    expect_match "$name: its answer" "$(cat "$scratch/answer")" '"duplicate"'

    # Larger than the daemon's limit, and then than the proxy's.
    head -c 100000 /dev/zero >"$scratch/large"
    expect_equal "$name: a large body" "$(through "$path" --data-binary "@$scratch/large")" 413
    expect_match "$name: its answer" "$(cat "$scratch/headers")" 'application/problem\+json'
    head -c 9000000 /dev/zero >"$scratch/large"
    expect_equal "$name: a body beyond the proxy's limit" "$(through "$path" --data-binary "@$scratch/large")" 413

    local elsewhere
    for elsewhere in / /healthz /readyz /metrics /v1/events /v1/handlers "$path/" "$path/../../v1/events" /webhooks; do
        expect_equal "$name: GET $elsewhere" "$(through "$elsewhere" --path-as-is)" 404
    done

    # One delivery waits for a receiver that is gone; more the queue may not hold now.
    reload_with 1
    new_event "late_$name"
    expect_equal "$name: an event beyond the queue" "$(deliver)" 503
    expect_match "$name: its headers" "$(tr '[:upper:]' '[:lower:]' <"$scratch/headers")" 'retry-after: [0-9]+'
    kill "${started[-1]}"
    wait "${started[-1]}" || true
    unset 'started[-1]'
    echo "$name: passed"
}

for each in nginx nginx_of_compose haproxy haproxy_of_several caddy; do check_proxy "$each"; done
pass
