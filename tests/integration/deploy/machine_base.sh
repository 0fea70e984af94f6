#!/usr/bin/env bash
# machine_base.sh PACKAGE
# Makes what a machine with systemd boots from, once for each list of packages, in the user's cache: a folder with disk.img
# (Debian 12 with all that PACKAGE depends on, but without it), vmlinuz, and early (a first root with the disk's drivers).
# As root; prints the folder's path.
set -euo pipefail
package=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
depends=$(dpkg-deb -f "$package" Depends)
installed=(systemd systemd-sysv dbus curl)
# The disk's file system and bus, each after what it needs. Those that are part of the kernel have no file.
drivers=(
    virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk crc32c_generic crc16 mbcache jbd2 ext4
)
source "$here/cache.sh"
base=$("$here/debian_base.sh")
key=$({ echo "$base $depends"; cat "${BASH_SOURCE[0]}"; } | sha256sum | cut -c 1-12)
machine=$cache/machine-$key
exec 9>"$cache/machine.lock"
flock 9
if [[ ! -d $machine ]]; then
    new=$cache/machine-new
    root=$new/root
    rm -rf "$cache"/machine-????????????* "$new"
    mkdir -p "$root" "$new/fetched" "$new/early/bin" "$new/early/drivers"
    inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
    {
        tar -C "$root" -xf "$base"
        inside apt-get update -q
        inside apt-get install -q -y --no-install-recommends "${installed[@]}"
        inside apt-get satisfy -q -y --no-install-recommends "$depends"
        # Fetched and unpacked, not installed: the machine needs no boot loader, nor most of the drivers.
        kernel=$(inside apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p')
        inside sh -c "cd /tmp && apt-get download -q '$kernel' busybox-static"
        for each in "$root"/tmp/*.deb; do dpkg-deb -x "$each" "$new/fetched"; done
        rm -rf "$root"/tmp/*.deb "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/*
        cp "$new/fetched"/boot/vmlinuz-* "$new/vmlinuz"
        cp "$new/fetched/bin/busybox" "$new/early/bin/"
        for driver in "${drivers[@]}"; do
            find "$new/fetched/lib/modules" -name "$driver.ko" -exec cp {} "$new/early/drivers/" \;
        done
        printf '%s\n' "${drivers[@]}" >"$new/early/drivers/order"
        truncate -s 2G "$new/disk.img"
        mke2fs -q -t ext4 -d "$root" "$new/disk.img"
        rm -rf "$root" "$new/fetched"
    } >&2
    mv "$new" "$machine"
fi
echo "$machine"
