#!/usr/bin/env bash
# The systemd units are right, and their walls are as thick as promised.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Where the units will stand, with the paths and the user that only the package brings.
units=$scratch/units
mkdir "$units"
for unit in "$source"/systemd/*.service "$source"/systemd/*.socket; do
    sed -e "s#/usr/bin/universign-webhookd#$binary#" -e 's/^User=.*/User=daemon/' -e 's/^Group=.*/Group=daemon/' \
        "$unit" >"$units/${unit##*/}"
done
said=$(systemd-analyze verify --man=no "$units"/* 2>&1) || fail "systemd-analyze verify: $said"
expect_equal "what systemd-analyze verify says" "$said" ""

# The threshold counts in tenths.
systemd-analyze security --offline=yes --no-pager --threshold=15 "$units/universign-webhookd.service" \
    >"$scratch/security" || { cat "$scratch/security" >&2; fail "the exposure is above 1.5"; }
tail -n 1 "$scratch/security"

# The example for handlers holds nothing that systemd does not know, also when every line is opened.
mkdir "$units/universign-webhookd.service.d"
sed 's/^#\([A-Z][A-Za-z]*=\)/\1/' "$source/systemd/handlers.conf.example" \
    >"$units/universign-webhookd.service.d/handlers.conf"
said=$(systemd-analyze verify --man=no "$units/universign-webhookd.service" 2>&1) || fail "the drop-in: $said"
expect_equal "what systemd-analyze verify says of the drop-in" "$said" ""

# Both sockets carry the names that the daemon looks for.
names=$(sed -n 's/^FileDescriptorName=//p' "$source"/systemd/*.socket | sort | tr '\n' ' ')
expect_equal "the names of the sockets" "$names" "admin ingest "
pass
