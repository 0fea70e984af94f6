#!/usr/bin/env bash
# The Debian package in a Debian of its own: installed, upgraded over an older one with data, removed, purged.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need dpkg-deb lintian curl
package=$(ls "$build"/package/universign-webhookd_*.deb 2>/dev/null) || skip "there is no package: ./dev package"

lintian --fail-on error --allow-root "$package" 2>"$scratch/lintian.log" || fail "lintian finds errors"
files=$(dpkg-deb -c "$package")
for wanted in usr/share/man/man1/universign-webhookd.1.gz usr/share/doc/universign-webhookd/copyright \
    lib/systemd/system/universign-webhookd.service usr/lib/tmpfiles.d/universign-webhookd.conf \
    usr/share/bash-completion/completions/universign-webhookd usr/share/universign-webhookd/openapi.yaml \
    examples/prometheus/alerts.yaml examples/grafana/universign-webhookd.json examples/proxies/Caddyfile \
    examples/proxies/haproxy-cluster.cfg; do
    expect_match "what is in the package" "$files" "$wanted"
done
expect_match "what it depends on" "$(dpkg-deb -f "$package" Depends)" '(^|, )libpq5 '
# Its documentation links to nothing that it does not have.
dpkg-deb -x "$package" "$scratch/files"
while IFS=: read -r page link; do
    case $link in
        http*) continue ;;
        /*) target=$scratch/files$link ;;
        *) target=${page%/*}/$link ;;
    esac
    [[ -e $target ]] || fail "$page links to $link"
done < <(grep -roP '\]\(\K[^)#]+' --include='*.md' "$scratch/files/usr/share/doc")
need_root
need debootstrap

name=universign-webhookd
root=$scratch/root
mkdir "$root"
# With enough for the package, and much smaller than all of systemd.
base=$(made_or_skip "$here/debian_base.sh" systemd-standalone-sysusers systemd-standalone-tmpfiles)
tar -C "$root" -xf "$base"
cleanup() { umount "$root/proc" 2>/dev/null; }
mount -t proc proc "$root/proc"
inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"; }

# An older one is this one under an older number.
dpkg-deb -R "$package" "$scratch/older"
sed -i 's/^Version: .*/Version: 0.0.9-1/' "$scratch/older/DEBIAN/control"
dpkg-deb --root-owner-group -b "$scratch/older" "$root/older.deb" >/dev/null
cp "$package" "$root/newer.deb"
# A service manager that only writes down what it is told.
mkdir -p "$root/run/systemd/system"
for tool in systemctl deb-systemd-invoke; do
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "${0##*/} $*" >>/calls\ncase "$*" in reload*) ! test -e /refused ;; esac\n' \
        >"$root/usr/local/bin/$tool"
    chmod 0755 "$root/usr/local/bin/$tool"
done
calls() { # since the last question; each script at least lets it read the units again
    grep -q daemon-reload "$root/calls" || fail "the service manager was told nothing"
    grep -v daemon-reload "$root/calls" || true
    : >"$root/calls"
}

inside apt-get install -q -y --no-install-recommends -o DPkg::Path=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ./older.deb >"$scratch/install.log" 2>&1 || fail "apt-get install"
expect_match "what it says" "$(cat "$scratch/install.log")" 'installed and not started'
expect_equal "what a fresh install tells the service manager" "$(calls)" ""
config=/etc/$name/$name.yaml
expect_equal "who may read the configuration" "$(inside stat -c '%a %U %G' $config)" "640 root $name"
expect_equal "who may enter its folder" "$(inside stat -c '%a %U %G' /etc/$name)" "750 root $name"
expect_equal "whose the state is" "$(inside stat -c '%a %U %G' /var/lib/$name)" "750 $name $name"
inside $name check-config $config || fail "the configuration as installed"
# shellcheck disable=SC2016
completed=$(inside bash -c '. /usr/share/bash-completion/completions/'$name'
    COMP_WORDS=('$name' check-c) COMP_CWORD=1 COMP_LINE="'$name' check-c" COMP_POINT=27
    $(complete -p '$name' | sed "s/.*-F \([^ ]*\).*/\1/") '$name' check-c '$name'; echo "${COMPREPLY[@]}"')
expect_equal "what is completed" "$completed" check-config

# The administrator's own configuration, and an event.
read -r ingest admin < <(free_ports 2)
"$binary" keys generate --out "$scratch/key" --bits 2048 >/dev/null
cp "$scratch/key/jwks.json" "$root/etc/$name/"
sed -i -e "s/127.0.0.1:8080/127.0.0.1:$ingest/" -e "s/127.0.0.1:8081/127.0.0.1:$admin/" \
    -e "s#url: \"https.*#file: /etc/$name/jwks.json#" "$root$config"
checksum=$(sha256sum <"$root$config")
start() {
    chroot --userspec=$name:$name "$root" /usr/bin/$name serve --config $config 2>"$scratch/daemon.log" &
    started+=($!)
    await "the daemon" curl -sf "http://127.0.0.1:$admin/readyz"
}
stop() {
    kill "${started[-1]}"
    wait "${started[-1]}" || fail "the daemon did not end in good order"
    unset 'started[-1]'
}
start
expect_match "an event" "$(post "http://127.0.0.1:$ingest/webhooks/universign")" '"accepted"'
expect_match "the page" "$(curl -sL --max-time 30 "http://127.0.0.1:$admin/")" '<title>universign-webhookd</title>'
stop

inside dpkg -i /newer.deb >"$scratch/upgrade.log" 2>&1 || fail "the upgrade"
expect_equal "what an upgrade tells the service manager" "$(calls)" "systemctl --quiet is-active $name.service
deb-systemd-invoke reload $name.service
deb-systemd-invoke try-restart $name.service"
expect_equal "the configuration after it" "$(sha256sum <"$root$config")" "$checksum"
expect_equal "who may read it" "$(inside stat -c '%a %U %G' $config)" "640 root $name"
start
expect_match "the same event after the upgrade" "$(post "http://127.0.0.1:$ingest/webhooks/universign")" '"duplicate"'
stop

# What is installed now, behind each of the proxies.
WEBHOOKD_ROOT=$root part "$here/proxies_test.sh"

# The unit's reload asks the new version whether the file is good.
touch "$root/refused"
inside dpkg -i /newer.deb >"$scratch/again.log" 2>&1 || fail "the upgrade with a refused configuration"
expect_equal "what it tells the service manager" "$(calls)" "systemctl --quiet is-active $name.service
deb-systemd-invoke reload $name.service"
expect_match "what it says" "$(cat "$scratch/again.log")" "not restarted; this version refuses $config"

inside dpkg -r $name >"$scratch/remove.log" 2>&1 || fail "the removal"
expect_match "what a removal tells the service manager" "$(calls)" "deb-systemd-invoke stop $name.service"
[[ ! -e $root/usr/bin/$name ]] || fail "the program is still there"
[[ -s $root/var/lib/$name/events.db && -s $root$config ]] || fail "a removal took data or configuration"
# A folder that is a mount point is emptied, and stays: seen from where the mount is.
purge_beside_a_mount() {
    mount -t tmpfs logs "$root/var/log/$name" && touch "$root/var/log/$name/events.log" && inside dpkg -P $name &&
        [[ -z $(ls -A "$root/var/log/$name") ]]
}
export -f inside purge_beside_a_mount
export root name
unshare --mount bash -c purge_beside_a_mount >"$scratch/purge.log" 2>&1 || fail "the purge"
expect_match "what a purge says of a mount point" "$(cat "$scratch/purge.log")" "/var/log/$name stays"
[[ ! -e $root/var/lib/$name && ! -e $root$config ]] || fail "a purge left something"
[[ -e $root/etc/$name/jwks.json ]] || fail "a purge took a file that is not the package's"
pass
