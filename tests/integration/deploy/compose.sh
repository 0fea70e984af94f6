#!/usr/bin/env bash
# compose.sh STORE RUN: starts docker/compose.yaml with the images in STORE, as a part of the image's test. 77 where no
# container can be started.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
compose_file=compose.yaml
source "$here/compose_common.sh"

stand_in nginx:stable <<'DOCKERFILE'
FROM localhost/debian-bare
RUN apt-get update -q && apt-get install -q -y --no-install-recommends nginx && rm /etc/nginx/sites-enabled/default
CMD ["nginx", "-g", "daemon off;"]
DOCKERFILE

prepare config/universign-webhookd.yaml
echo 'a secret' >secrets/crm
cat >override.yaml <<'YAML'
services:
  webhookd:
    ulimits: { nofile: 1024, nproc: 1024 }
  nginx:
    ulimits: { nofile: 1024, nproc: 1024 }
YAML
serve_podman webhookd
compose up -d --no-build >"$scratch/up.log" 2>&1 || fail "docker-compose up"
await "the daemon's health" is_healthy webhookd
await "nginx" proxy_answers
expect_equal "a signed event through nginx" "$(deliver)" 200
expect_match "its answer" "$(cat "$scratch/answer")" '"accepted"'
expect_proxied webhookd nginx

# Started anew: nginx finds it, and the volume has kept the event.
compose restart --timeout 60 webhookd >"$scratch/again.log" 2>&1 || fail "docker-compose restart"
await "the daemon's return" is_delivered
expect_equal "the same event again" "$(deliver)" 200
expect_match "its answer" "$(cat "$scratch/answer")" '"duplicate"'

compose stop --timeout 60 webhookd >"$scratch/stop.log" 2>&1
expect_equal "how it ended" "$(containers inspect --format '{{.State.ExitCode}}' "${project}_webhookd_1")" 0
expect_match "with the daemon away" "$(deliver)" "^50[24]$"
pass
