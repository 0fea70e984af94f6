# podman and buildah as the image's test uses them, and what is left of them after a test that was killed; sourced after
# common.sh.
# shellcheck shell=bash disable=SC2034,SC2154
project_prefix=webhookd-test- # of containers, volumes and networks; the process of their script comes next

# run_root STORE: the same one in each test, since the database in the store takes no other. podman refuses more than 50
# characters.
run_root() { echo "/run/webhookd-test-$(sha256sum <<<"$1" | cut -c 1-12)"; }

# use_podman STORE RUN: makes podman_in_store the command.
use_podman() {
    export CONTAINERS_CONF=$scratch/containers.conf
    cat >"$CONTAINERS_CONF" <<'TOML'
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
TOML
    podman_in_store=(podman --root "$1" --runroot "$2" --storage-driver "$STORAGE_DRIVER")
}

# is_gone PROJECT: the script in its name does not run any more.
is_gone() { ! grep -qs /compose "/proc/${1##*-}/cmdline"; }

# remove_leftovers STORE: processes, containers with their NAT rules, volumes, networks, whose subnets are fixed, and mounts. For
# the holder of the lock: whoever still uses the store belongs to a test that was killed.
remove_leftovers() (
    set +e
    left=$1 left_run=$(run_root "$1")
    use_podman "$left" "$left_run"
    containers() { timeout --kill-after 5 60 "${podman_in_store[@]}" "$@" </dev/null; }
    named() { containers "$@" | grep "^${project_prefix}[0-9]*_"; }
    # The scripts and their service would go on making containers.
    pgrep -f "/compose[a-z_]*[.]sh $left $left_run" | xargs -r kill -KILL
    pgrep -f "podman .*--runroot $left_run .*system service" | xargs -r kill -KILL
    # A database of another run root, or of another podman, can be asked nothing.
    containers ps >/dev/null || rm -rf "$left/libpod"
    for name in $(named ps --all --external --format '{{.Names}}'); do containers rm --force --time 0 --volumes "$name"; done
    for name in $(named volume ls --format '{{.Name}}'); do containers volume rm --force "$name"; done
    for name in $(named network ls --format '{{.Name}}'); do
        if is_gone "${name%%_*}"; then containers network rm --force "$name"; fi
    done
    # What podman did not know of.
    for process in $(pgrep -f -- " $left_run([/ ]|\$)"); do
        pkill -KILL -P "$process"
        kill -KILL "$process"
    done
    grep -oE "($left|$left_run)/[^ ]*" /proc/mounts | sort -r | xargs -r umount
    rm -rf --one-file-system "$left_run"
) >>"$scratch/leftovers.log" 2>&1
