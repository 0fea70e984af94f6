#!/usr/bin/env bash
# make_documents.sh BINARY FOLDER VERSION
# What a package needs beside the program and can be made from it: the manual page, the shell's completion, the
# changelogs, the pages of the documentation, and the configuration as it is installed.
set -euo pipefail
binary=$1 folder=$2 version=$3
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rm -rf "$folder"
mkdir -p "$folder"
export LC_ALL=C.UTF-8
written=${SOURCE_DATE_EPOCH:-$(stat -c %Y "$source/CHANGELOG.md")}

# describe COMMAND...: a section with its help, and one for each of its subcommands. None without COMMAND: help2man asks the
# program for that.
describe() {
    local help subcommand
    help=$("$binary" "$@" --help)
    if [[ $# -gt 0 ]]; then
        printf '.SS "universign-webhookd %s"\n.nf\n' "$*"
        sed -e 's/\\/\\\\/g' -e "s/^\\([.']\\)/\\\\\\&\\1/" -e 's/-/\\-/g' <<<"$help"
        printf '.fi\n'
    fi
    sed -n '/^Subcommands:/,$ s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help" | while read -r subcommand; do
        describe "$@" "$subcommand"
    done
}

{
    echo "[commands in detail]"
    describe
    cat <<'TEXT'
[files]
.TP
.I /etc/universign-webhookd/universign-webhookd.yaml
the configuration; each of its keys is explained there
.TP
.I /var/lib/universign-webhookd
the database, and the key sets as they were fetched last
[exit status]
0 for success, otherwise as in
.BR sysexits.h (3head):
64 a wrong call, 65 wrong data, 66 no such file, 69 something is not available, 70 a fault of the program,
73 and 74 files and disks, 77 no permission, 78 configuration.
[see also]
.BR systemd.service (5),
.BR systemd.socket (5)
TEXT
} >"$folder/man.include"
SOURCE_DATE_EPOCH=$written help2man --no-info --section=1 --manual="User Commands" --source="universign-webhookd $version" \
    --name="receives, verifies, keeps and dispatches Universign webhooks" --include="$folder/man.include" "$binary" \
    | gzip -9n >"$folder/universign-webhookd.1.gz"

"$binary" completion bash >"$folder/completion"

gzip -9nc "$source/CHANGELOG.md" >"$folder/changelog.gz"
cat <<TEXT | gzip -9n >"$folder/changelog.Debian.gz"
universign-webhookd ($version-1) bookworm; urgency=medium

  * What changed stands in changelog.gz.

 -- The universign-webhookd authors <maintainers@universign-webhookd.invalid>  $(date -u -R -d "@$written")
TEXT
# The README and the reference, with links to where the package has what they name; what it does not have is no link.
mkdir -p "$folder/pages/config"
for page in "$source"/README.md "$source"/config/*.md; do
    sed -E -e 's#\]\((config/)?universign-webhookd\.yaml\)#](/etc/universign-webhookd/universign-webhookd.yaml)#g' \
        -e 's#\]\((config/)?(schema\.json|openapi\.yaml)\)#](/usr/share/universign-webhookd/\2)#g' \
        -e 's#\]\((proxies|prometheus|grafana)/#](../examples/\1/#g' \
        -e 's#\]\(\.\./systemd/#](../examples/#g' \
        -e 's#\[([^]]*)\]\((\.\./)?(src/|tests/|docker/|CHANGELOG\.md)[^)]*\)#\1#g' \
        "$page" >"$folder/pages/${page#"$source"/}"
done
cp "$source"/config/*.png "$folder/pages/config/"
# shellcheck disable=SC2016
sed 's#\$schema=schema.json#$schema=/usr/share/universign-webhookd/schema.json#' \
    "$source/config/universign-webhookd.yaml" >"$folder/universign-webhookd.yaml"
