#!/usr/bin/env bash
# Makes a bare Debian 12 once, for all tests that need a machine of their own: build/deploy/base.tar.
# As root; prints the archive's path.
set -euo pipefail
build=${WEBHOOKD_BUILD_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/build/release}
folder=$(dirname "$build")/deploy
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two tests at once make one base
if [[ ! -f $folder/base.tar ]]; then
    root=$folder/root
    rm -rf "$root"
    {
        debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian
        cp /etc/resolv.conf "$root/etc/"
        chroot "$root" apt-get update -q
        rm -f "$root"/var/cache/apt/archives/*.deb
        tar -C "$root" --numeric-owner -cf "$folder/base.tar.new" .
    } >&2
    mv "$folder/base.tar.new" "$folder/base.tar"
    rm -rf "$root"
fi
echo "$folder/base.tar"
