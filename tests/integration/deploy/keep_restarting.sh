#!/usr/bin/env bash
# keep_restarting.sh COUNT PROGRAM ARG...
# Stands in for a service manager that owns the sockets: inherits them (LISTEN_FDS, from systemd-socket-activate),
# and runs the program on them so many times in a row, each ended by SIGTERM when it has said that it is ready.
# A run that ends by anything but 0 ends it all. Then it becomes the program, whose log is its standard error.
set -euo pipefail
count=$1
shift
ready=$(mktemp)
trap 'rm -f "$ready"' EXIT
for ((run = 1; run <= count; ++run)); do
    : >"$ready"
    # LISTEN_PID must be that of the program, which takes this subshell's place.
    (LISTEN_PID=$BASHPID exec "$@" 2>"$ready") &
    program=$!
    until grep -q '"listener":"ingest"' "$ready"; do
        kill -0 "$program" 2>/dev/null || { cat "$ready" >&2; exit 1; }
        sleep 0.01
    done
    # Some life of its own before the next restart, of ever different length.
    sleep "0.0$((run % 10))"
    kill -TERM "$program"
    wait "$program" || { cat "$ready" >&2; exit 1; }
done
rm -f "$ready"
LISTEN_PID=$$ exec "$@"
