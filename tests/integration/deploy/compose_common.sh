# What the tests of the compose files share; sourced after common.sh. The script's arguments are STORE RUN, and
# `compose_file` is the file's name: docker-compose on podman's Docker API, real containers and networks.
# shellcheck shell=bash disable=SC2034,SC2154
need podman runc docker-compose curl openssl
store=$1 run=$2
source "$here/podman.sh"
project=$project_prefix$$
service='' clock=''
use_podman "$store" "$run"
# Bounded, so that whoever awaits something of podman asks again when podman waits for itself.
containers() { timeout --kill-after 5 "${bound:-60}" "${podman_in_store[@]}" "$@"; }
# podman asks for more than a process here may have, unless it is told otherwise.
limits=(--ulimit nofile=1024:1024 --ulimit nproc=1024:1024)
containers run --rm --name "${project}_trial" "${limits[@]}" localhost/debian-bare true >"$scratch/trial.log" 2>&1 ||
    skip "no container starts here: $(tail -n 1 "$scratch/trial.log")"

export DOCKER_HOST=unix://$scratch/podman.sock
compose() { timeout 300 docker-compose -p "$project" -f "$compose_file" -f override.yaml "$@"; }
cleanup() {
    compose down --volumes --timeout 20 >"$scratch/down.log" 2>&1
    # shellcheck disable=SC2086  # none, or one
    kill $service $clock
} 2>/dev/null

# stand_in NAME <DOCKERFILE: what Debian has in the place of an image of somebody else's.
stand_in() {
    bound=300 containers build -q --layers --isolation chroot -t "localhost/$1" - >"$scratch/${1%:*}-image.log" 2>&1 ||
        fail "the image for $1"
}

# prepare CONFIGURATION: goes to the folder as its user has it; only the keys are ours, and the port is a free one.
prepare() {
    read -r port < <(free_ports 1)
    cp -r "$source/docker" "$scratch/compose"
    cd "$scratch/compose" || exit 1
    mkdir tls secrets
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout tls/privkey.pem -out tls/fullchain.pem 2>/dev/null
    new_event composed # makes the keys
    install -m 0644 "$scratch/jwks.json" "${1%/*}/jwks.json"
    sed -i 's#url: "https.*jwks.json"#file: /etc/universign-webhookd/jwks.json#' "$1"
    sed -i "s/\"443:/\"127.0.0.1:$port:/" "$compose_file"
}

new_event() {
    printf '{"id":"evt_%s","object":"event","type":"action.opened","payload":{"object":{}}}' "$1" >"$scratch/body"
    signature=$("$source/tests/integration/signature/sign_with_openssl.sh" "$scratch" 2048 "$scratch/body" 32)
}

# serve_podman SERVICE...: podman's service, and for these of the compose file what asks for their health: without systemd
# nobody else does.
serve_podman() {
    "${podman_in_store[@]}" system service --time 0 "$DOCKER_HOST" >"$scratch/service.log" 2>&1 &
    service=$!
    await "podman's service" test -S "$scratch/podman.sock"
    local names=("${@/#/${project}_}")
    while sleep 0.5; do
        for name in "${names[@]/%/_1}"; do bound=10 containers healthcheck run "$name" || true; done
    done >/dev/null 2>&1 &
    clock=$!
}
is_healthy() { [[ $(bound=10 containers inspect --format '{{.State.Health.Status}}' "${project}_${1}_1") == healthy ]]; }

through() { # TARGET CURL-ARGUMENT...
    local target=$1
    shift
    curl -s --cacert tls/fullchain.pem --max-time 30 -o "$scratch/answer" -w '%{http_code}' "$@" "https://localhost:$port$target"
}
deliver() {
    through /webhooks/universign -H "x-jws-signature: $signature" -H 'Content-Type: application/json' \
        --data-binary "@$scratch/body"
}
is_delivered() { [[ $(deliver) == 200 ]]; }
proxy_answers() { [[ $(through /) == 404 ]]; }

# shows_event SERVICE: under load an exec of podman's may never return.
shows_event() {
    bound=20 containers exec "${project}_${1}_1" universign-webhookd events show --json evt_composed >"$scratch/seen"
}

# expect_proxied SERVICE PROXY: the event evt_composed is known there, from a client's address that is not the proxy's, and
# the proxy lets nothing else through.
expect_proxied() {
    local addresses from elsewhere
    await "the event's detail" shows_event "$1"
    addresses=$(containers inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "${project}_${2}_1")
    from=$(sed -n 's/.*"source": *"\([^"]*\)".*/\1/p' "$scratch/seen")
    expect_match "the client's address" "$from" '^[0-9.]+$'
    [[ " $addresses " != *" $from "* ]] || fail "the client's address is the proxy's own: $from"
    for elsewhere in /v1/events /metrics /healthz /; do
        expect_equal "GET $elsewhere" "$(through "$elsewhere")" 404
    done
}
