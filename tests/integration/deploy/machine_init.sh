#!/bin/busybox sh
# Process 1 of the machine until its disk is there; then systemd takes over.
# shellcheck shell=sh
/bin/busybox mkdir -p /dev /proc /disk
/bin/busybox mount -t devtmpfs dev /dev
while read -r driver; do
    if [ -e "/drivers/$driver.ko" ]; then /bin/busybox insmod "/drivers/$driver.ko"; fi
done </drivers/order
until [ -b /dev/vda ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 /dev/vda /disk
# What is the test's own stays in memory, and off the disk.
/bin/busybox mount -t tmpfs -o mode=0755 run /disk/run
/bin/busybox mkdir -p /disk/run/systemd
/bin/busybox mv /machine /disk/run/machine
/bin/busybox mv /disk/run/machine/units /disk/run/systemd/system
/bin/busybox mount -o move /dev /disk/dev
exec /bin/busybox switch_root /disk /lib/systemd/systemd
