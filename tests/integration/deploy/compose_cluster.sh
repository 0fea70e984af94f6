#!/usr/bin/env bash
# compose_cluster.sh STORE RUN: starts docker/compose.cluster.yaml with the images in STORE, as a part of the image's test: two
# daemons, of which one is killed and then the other stopped, and a database that is restarted. 77 where no container can
# be started.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
compose_file=compose.cluster.yaml
source "$here/compose_common.sh"

stand_in haproxy:lts <<'DOCKERFILE'
FROM localhost/debian-bare
RUN apt-get update -q && apt-get install -q -y --no-install-recommends haproxy
USER haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
DOCKERFILE
stand_in postgres:15 <<'DOCKERFILE'
FROM localhost/debian-bare
RUN apt-get update -q && apt-get install -q -y --no-install-recommends postgresql-15 && \
    install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data
USER postgres
STOPSIGNAL SIGINT
DOCKERFILE
# What the entrypoint of the true image does, as far as the compose file relies on it.
cat >"$scratch/entrypoint.sh" <<'SH'
#!/bin/sh
set -eu
export PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl -w -o "-c listen_addresses=''" start
    for each in /docker-entrypoint-initdb.d/*.sh; do "$each"; done
    pg_ctl -w stop
fi
exec postgres -c listen_addresses='*'
SH
chmod 0755 "$scratch/entrypoint.sh"

prepare cluster/config/universign-webhookd.yaml
openssl rand -hex 16 >secrets/db
openssl rand -hex 16 >secrets/db_admin
install -m 0644 tls/privkey.pem tls/fullchain.pem.key
sed -i 's/maxconn 4096/maxconn 200/' cluster/haproxy.cfg # as many as the descriptors here are enough for
cat >override.yaml <<YAML
services:
  webhookd1:
    ulimits: { nofile: 1024, nproc: 1024 }
  webhookd2:
    ulimits: { nofile: 1024, nproc: 1024 }
  haproxy:
    ulimits: { nofile: 1024, nproc: 1024 }
  postgres:
    ulimits: { nofile: 1024, nproc: 1024 }
    entrypoint: [/entrypoint.sh]
    volumes: ["$scratch/entrypoint.sh:/entrypoint.sh:ro"]
YAML
serve_podman postgres webhookd1 webhookd2
compose up -d --no-build >"$scratch/up.log" 2>&1 || fail "docker-compose up"
await "the first daemon's health" is_healthy webhookd1
await "the second daemon's health" is_healthy webhookd2
await "HAProxy" proxy_answers
expect_equal "a signed event through HAProxy" "$(deliver)" 200
expect_match "its answer" "$(cat "$scratch/answer")" '"accepted"'
expect_equal "the same event again" "$(deliver)" 200
expect_match "its answer, of whichever daemon" "$(cat "$scratch/answer")" '"duplicate"'
expect_proxied webhookd1 haproxy
expect_proxied webhookd2 haproxy

# One is killed: the other takes all, and Universign notices nothing.
containers kill --signal KILL "${project}_webhookd1_1" >"$scratch/kill.log" 2>&1 || fail "podman kill"
for number in 1 2 3 4; do
    new_event "after_a_kill_$number"
    expect_equal "an event beside a dead daemon" "$(deliver)" 200
    expect_match "its answer" "$(cat "$scratch/answer")" '"accepted"'
done

# The database comes back by itself, and with it the daemons.
compose restart --timeout 60 postgres >"$scratch/database.log" 2>&1 || fail "docker-compose restart"
await "the database's return" is_delivered
expect_equal "the last event again" "$(deliver)" 200
expect_match "its answer" "$(cat "$scratch/answer")" '"duplicate"'

compose stop --timeout 60 webhookd1 webhookd2 >"$scratch/stop.log" 2>&1
expect_equal "how the second ended" "$(containers inspect --format '{{.State.ExitCode}}' "${project}_webhookd2_1")" 0
expect_equal "with both daemons away" "$(deliver)" 503
compose start webhookd1 webhookd2 >"$scratch/start.log" 2>&1 || fail "docker-compose start"
await "the daemons' return" is_delivered
expect_match "its answer" "$(cat "$scratch/answer")" '"duplicate"'
pass
