#!/usr/bin/env bash
# The package on a whole Debian with its own kernel and systemd as process 1: everything that operations.md tells an operator,
# and what happens to a daemon in its life. What is done and seen there stands in machine_check.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need_root
need qemu-system-x86_64 debootstrap dpkg-deb mke2fs cpio
package=$(ls "$build"/package/universign-webhookd_*.deb 2>/dev/null) || skip "there is no package: ./dev package"

# With WEBHOOKD_MACHINE=when-changed not again where it has passed with the same units, package files and scripts: what the
# program itself does is seen by the other tests.
inputs() {
    dpkg-deb -R "$package" "$scratch/package"
    sed -E '/^(Version|Installed-Size):/d' "$scratch/package/DEBIAN/control"
    cd "$scratch/package"
    find . -type f ! -path './usr/bin/*' ! -path './usr/share/doc/*' ! -path './usr/share/man/*' ! -path ./DEBIAN/control \
        ! -path ./DEBIAN/md5sums -print0 | sort -z | xargs -0 sha256sum
    cat "$here"/{machine_*,cache,checks,common,debian_base}.sh
}
key=$(inputs | sha256sum | cut -c 1-12)
passed_before=$cache/machine-passed/$key
if [[ ${WEBHOOKD_MACHINE:-always} == when-changed && -e $passed_before ]]; then
    skip "it passed before with these units, package files and scripts; ./dev test deploy runs it always"
fi
machine=$(made_or_skip "$here/machine_base.sh" "$package")

# The first root carries all that is the test's own to the machine's /run/machine.
early=$scratch/early
cp -r "$machine/early" "$early"
install -m 0755 "$here/machine_init.sh" "$early/init"
install -D "$here/machine_check.sh" "$early/machine/check.sh"
cp "$here/checks.sh" "$early/machine/"
cp "$package" "$early/machine/"
dpkg-deb -R "$package" "$scratch/newer"
sed -i 's/^Version: .*/Version: 99.0-1/' "$scratch/newer/DEBIAN/control"
dpkg-deb --root-owner-group -Znone -b "$scratch/newer" "$early/machine/newer.deb" >/dev/null
mkdir "$early/machine/units"
cat >"$early/machine/units/machine.target" <<'TEXT'
[Unit]
Wants=multi-user.target machine-check.service
TEXT
cat >"$early/machine/units/machine-check.service" <<'TEXT'
[Unit]
After=multi-user.target
FailureAction=poweroff-immediate
SuccessAction=poweroff-immediate
[Service]
Type=oneshot
ExecStart=/bin/bash /run/machine/check.sh
Environment=LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
StandardOutput=file:/dev/ttyS1
StandardError=inherit
TEXT
(cd "$early" && find . | cpio --quiet -o -H newc) >"$scratch/early.img"

# boot NAME: until the machine is switched off, or its power fails. One line is for the kernel and systemd, the other for what
# the check says. Emulated unless told otherwise (kvm), so that it runs everywhere.
cp --sparse=always "$machine/disk.img" "$scratch/disk.img"
began=$SECONDS
boot() {
    local status=0
    timeout --kill-after=10 $((1200 - SECONDS + began)) qemu-system-x86_64 -machine q35 -accel "${WEBHOOKD_ACCELERATOR:-tcg}" \
        -cpu max -smp 2 -m 1024 -nodefaults -no-reboot -display none \
        -serial "file:$scratch/console" -serial "file:$scratch/check" \
        -drive "file=$scratch/disk.img,format=raw,if=virtio" -kernel "$machine/vmlinuz" -initrd "$scratch/early.img" \
        -append "console=ttyS0 quiet panic=-1 systemd.unit=machine.target systemd.mask=serial-getty@ttyS0.service" \
        >"$scratch/qemu.log" 2>&1 </dev/null &
    started+=($!)
    wait "${started[0]}" || status=$?
    started=()
    tr -d '\r' <"$scratch/check" >"$scratch/said"
    grep '^\[' "$scratch/said" || true
    [[ $status -eq 0 && $(tail -n 1 "$scratch/said") == "MACHINE: $1" ]] && return
    cat "$scratch/said" >&2
    tail -n 20 "$scratch/console" >&2
    fail "the machine did not say '$1' (qemu ended with $status)"
}
boot "the power fails"
boot "passed"
echo "the machine ran for $((SECONDS - began)) s"
mkdir -p "${passed_before%/*}"
touch "$passed_before"
pass
