#!/usr/bin/env bash
# debian_base.sh [PACKAGE...]
# Makes a bare Debian 12, with these packages, for all tests that need a machine of their own. It is kept in the user's cache and
# made anew when Debian has a new point release, or this script or the packages are others. As root; prints the archive's path.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/cache.sh"

# The mirror is the machine's own.
# shellcheck disable=SC2016  # apt's own placeholders
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "bookworm" && $3 == "main" && !found++ { print $1 }')
[[ -n $mirror ]] || { echo "apt knows no mirror of Debian 12's main packages" >&2; exit 1; }
name=base${1:+-with-$(printf '%s\n' "$@" | sha256sum | cut -c 1-6)}
mkdir -p "$cache"
exec 9>"$cache/$name.lock"
flock 9 # two tests at once make one base
release=$(curl -fsS --max-time 60 --retry 3 "${mirror%/}/dists/bookworm/InRelease" | sha256sum)
key=$({ echo "$mirror $release $*"; cat "${BASH_SOURCE[0]}"; } | sha256sum | cut -c 1-12)
archive=$cache/$name-$key.tar
if [[ ! -f $archive ]]; then
    {
        root=$(mktemp -d "$cache/making.XXXXXX")
        trap 'rm -rf "$root" "$archive.new"' EXIT
        if [[ $# -eq 0 ]]; then
            debootstrap --variant=minbase bookworm "$root" "$mirror"
        else
            tar -C "$root" -xf "$("${BASH_SOURCE[0]}" 9>&-)"
        fi
        cp /etc/resolv.conf "$root/etc/"
        chroot "$root" apt-get update -q
        if [[ $# -gt 0 ]]; then
            chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
        fi
        rm -f "$root"/var/cache/apt/archives/*.deb
        chmod 0755 "$root"
        tar -C "$root" --numeric-owner -cf "$archive.new" .
        rm -f "$cache/$name"-????????????.tar # of another key
    } >&2
    mv "$archive.new" "$archive"
fi
echo "$archive"
