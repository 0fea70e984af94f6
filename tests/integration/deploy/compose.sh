#!/usr/bin/env bash
# compose.sh STORE RUN: starts docker/compose.yaml with the images in STORE, as a part of the image's test: docker-compose on
# podman's Docker API, real containers and networks. 77 where no container can be started.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need podman runc docker-compose curl openssl
store=$1 run=$2
project=webhookd-test-$$
export CONTAINERS_CONF=$scratch/containers.conf
cat >"$CONTAINERS_CONF" <<'TOML'
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
TOML
podman_in_store=(podman --root "$store" --runroot "$run" --storage-driver "$STORAGE_DRIVER")
# Bounded, so that whoever awaits something of podman asks again when podman waits for itself.
containers() { timeout --kill-after 5 "${bound:-60}" "${podman_in_store[@]}" "$@"; }
# podman asks for more than a process here may have, unless it is told otherwise.
limits=(--ulimit nofile=1024:1024 --ulimit nproc=1024:1024)
containers run --rm "${limits[@]}" localhost/debian-bare true >"$scratch/trial.log" 2>&1 ||
    skip "no container starts here: $(tail -n 1 "$scratch/trial.log")"

export DOCKER_HOST=unix://$scratch/podman.sock
compose() { timeout 180 docker-compose -p "$project" -f compose.yaml -f override.yaml "$@"; }
cleanup() {
    compose down --volumes --timeout 20 >"$scratch/down.log" 2>&1
    kill "$service" "$clock"
} 2>/dev/null

bound=300 containers build -q --layers --isolation chroot -t localhost/nginx:stable - >"$scratch/nginx-image.log" 2>&1 <<'DOCKERFILE' || fail "nginx's image"
FROM localhost/debian-bare
RUN apt-get update -q && apt-get install -q -y --no-install-recommends nginx && rm /etc/nginx/sites-enabled/default
CMD ["nginx", "-g", "daemon off;"]
DOCKERFILE

# The folder as its user has it; only the keys are ours and the port is a free one.
read -r port < <(free_ports 1)
cp -r "$source/docker" "$scratch/compose"
cd "$scratch/compose"
mkdir tls secrets
echo 'a secret' >secrets/crm
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout tls/privkey.pem -out tls/fullchain.pem 2>/dev/null
printf '%s' '{"id":"evt_composed","object":"event","type":"action.opened","payload":{"object":{}}}' >"$scratch/body"
signature=$("$source/tests/integration/signature/sign_with_openssl.sh" "$scratch" 2048 "$scratch/body" 32)
install -m 0644 "$scratch/jwks.json" config/jwks.json # made by the signing
sed -i 's#url: "https.*jwks.json"#file: /etc/universign-webhookd/jwks.json#' config/universign-webhookd.yaml
sed -i "s/443:443/127.0.0.1:$port:443/" compose.yaml
cat >override.yaml <<'YAML'
services:
  webhookd:
    ulimits: { nofile: 1024, nproc: 1024 }
  nginx:
    ulimits: { nofile: 1024, nproc: 1024 }
YAML
"${podman_in_store[@]}" system service --time 0 "$DOCKER_HOST" >"$scratch/service.log" 2>&1 &
service=$!
await "podman's service" test -S "$scratch/podman.sock"
# Without systemd nobody asks podman's containers for their health.
daemon=${project}_webhookd_1
while sleep 0.5; do bound=10 containers healthcheck run "$daemon" || true; done >/dev/null 2>&1 &
clock=$!

compose up -d --no-build >"$scratch/up.log" 2>&1 || fail "docker-compose up"
health() { [[ $(bound=10 containers inspect --format '{{.State.Health.Status}}' "$daemon") == healthy ]]; }
await "the daemon's health" health

through() { # TARGET CURL-ARGUMENT...
    local target=$1
    shift
    curl -s --cacert tls/fullchain.pem --max-time 30 -o "$scratch/answer" -w '%{http_code}' "$@" "https://localhost:$port$target"
}
deliver() {
    through /webhooks/universign -H "x-jws-signature: $signature" -H 'Content-Type: application/json' \
        --data-binary "@$scratch/body"
}
answered() { [[ $(through /) == 404 ]]; }
await "nginx" answered
expect_equal "a signed event through nginx" "$(deliver)" 200
expect_match "its answer" "$(cat "$scratch/answer")" '"accepted"'
# Under load an exec of podman's may never return.
show() { bound=20 containers exec "$daemon" universign-webhookd events show --json evt_composed >"$scratch/seen"; }
await "the event's detail" show
seen=$(cat "$scratch/seen")
addresses=$(containers inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "${project}_nginx_1")
from=$(sed -n 's/.*"source": *"\([^"]*\)".*/\1/p' <<<"$seen")
expect_match "the client's address" "$from" '^[0-9.]+$'
[[ " $addresses " != *" $from "* ]] || fail "the client's address is nginx's own: $from"
for elsewhere in /v1/events /metrics /healthz /; do
    expect_equal "GET $elsewhere" "$(through "$elsewhere")" 404
done

# Started anew: nginx finds it, and the volume has kept the event.
compose restart --timeout 60 webhookd >"$scratch/again.log" 2>&1 || fail "docker-compose restart"
delivered() { [[ $(deliver) == 200 ]]; }
await "the daemon's return" delivered
expect_equal "the same event again" "$(deliver)" 200
expect_match "its answer" "$(cat "$scratch/answer")" '"duplicate"'

compose stop --timeout 60 webhookd >"$scratch/stop.log" 2>&1
expect_equal "how it ended" "$(containers inspect --format '{{.State.ExitCode}}' "$daemon")" 0
expect_match "with the daemon away" "$(deliver)" "^50[24]$"
pass
