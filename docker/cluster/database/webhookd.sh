#!/bin/sh
# Run by PostgreSQL's image, once, when its volume is new: the daemons' user, who owns their database and nothing else.
# If it fails, remove the volume before the next try.
set -eu
[ -r /run/secrets/db ] || { echo "the user $(id -un) cannot read /run/secrets/db" >&2; exit 1; }
psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres <<'SQL'
\set password `cat /run/secrets/db`
CREATE ROLE webhookd LOGIN PASSWORD :'password';
CREATE DATABASE webhookd OWNER webhookd ENCODING 'UTF8' TEMPLATE template0;
SQL
