#!/usr/bin/env bash
# The container image, built by buildah from docker/Dockerfile, program and all, on a bare Debian made by debootstrap. Its
# root file system is then run as a container would be: process 1, no root, nothing written.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$here/podman.sh"
need_root
need buildah debootstrap unshare curl

# The layers are kept for the next run, as long as the packages, the Dockerfile and the base are the same and they are not large.
base=$(made_or_skip "$here/debian_base.sh")
key=$({ echo "$base"; sed -n '/^packages_/,/)$/p' "$source/dev"; cat "$source/docker/Dockerfile"; } | sha256sum | cut -c 1-12)
store=$cache/containers-$key
run=$(run_root "$store")
exec 8>"$cache/containers.lock"
flock 8 # nobody below inherits it: a container that outlives a killed test would keep it
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay
mkdir "$scratch"/{lower,upper,work,merged}
mount -t overlay overlay -o "lowerdir=$scratch/lower,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/merged" 2>/dev/null &&
    umount "$scratch/merged" || STORAGE_DRIVER=vfs
mkdir -p "$store"
for old in "$cache"/containers-????????????; do
    # Without podman none of its containers can be left, but mounts of buildah's can.
    if command -v podman >/dev/null; then remove_leftovers "$old" 8>&-; fi
    { grep -o "$old/[^ ]*" /proc/mounts || true; } | sort -r | xargs -r umount
    [[ $old == "$store" && $(du -sm "$old" | cut -f 1) -lt 12000 ]] || rm -rf "$old"
done
mkdir -p "$store"
images() { buildah --root "$store" --runroot "$run" "$@" 8>&-; }
cleanup() {
    images umount --all >/dev/null 2>&1 || true
    images rm --all >/dev/null 2>&1 || true
    umount "$store/$STORAGE_DRIVER" 2>/dev/null || true
    rm -rf --one-file-system "$run"
}

if ! images inspect --type image localhost/debian-bare >/dev/null 2>&1; then
    # Without what debian:12-slim leaves out as well.
    container=$(images from scratch)
    tar --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/info/*' \
        --exclude='./var/lib/apt/lists/*' --exclude='./var/cache/*' --exclude='./dev/*' -C "$(images mount "$container")" \
        -xf "$base"
    images commit -q --rm "$container" localhost/debian-bare >/dev/null
fi

# What another build has compiled already, the builder stage need not compile again.
compiled=()
if command -v ccache >/dev/null; then
    folder=$(ccache -k cache_dir)
    mkdir -p "$folder"
    compiled=(--volume "$folder:/root/.cache/ccache")
fi
# Nor does it fetch what the page is made of.
page_cache=${cache%/deploy}/console
mkdir -p "$page_cache"
images build "${compiled[@]}" --volume "$page_cache:/root/.cache/universign-webhookd/console" --layers --quiet --isolation chroot --format docker --build-arg BASE=localhost/debian-bare \
    --build-arg VERSION="$("$binary" --version | cut -d ' ' -f 2)" --ignorefile "$source/.dockerignore" \
    -f "$source/docker/Dockerfile" -t localhost/webhookd "$source" >"$scratch/build.log" 2>&1 || fail "buildah build"

property() { images inspect --type image --format "$1" localhost/webhookd; }
expect_equal "the user" "$(property '{{.Docker.Config.User}}')" 10001:10001
expect_match "the health check" "$(property '{{.Docker.Config.Healthcheck.Test}}')" 'universign-webhookd healthcheck'
expect_match "the version" "$(property '{{.Docker.Config.Labels}}')" 'image.version:[0-9]+\.[0-9]+'
expect_match "the volume" "$(property '{{.Docker.Config.Volumes}}')" '/var/lib/universign-webhookd'

container=$(images from --pull-never localhost/webhookd)
root=$(images mount "$container")
expect_equal "the program's version" "$(chroot "$root" /usr/bin/universign-webhookd --version)" "$("$binary" --version)"
size=$(($(du -sk --apparent-size "$root" | cut -f 1) / 1024))
echo "image: $size MiB"
[[ $size -lt 120 ]] || fail "the image has $size MiB"
for tool in cc gcc g++ cmake make git node npm; do
    [[ ! -e $root/usr/bin/$tool ]] || fail "$tool is in the image"
done
missing=$(chroot "$root" ldd /usr/bin/universign-webhookd | grep 'not found' || true)
expect_equal "libraries that are missing" "$missing" ""

# A shell handler that leaves a process behind, and a secret from a file.
read -r ingest admin < <(free_ports 2)
"$binary" keys generate --out "$scratch/key" --bits 2048 >/dev/null
config=$root/etc/universign-webhookd
cp "$scratch/key/jwks.json" "$config/"
echo 'a secret' >"$config/secret"
cat >"$config/universign-webhookd.yaml" <<YAML
server: { listen: ["127.0.0.1:$ingest"] }
admin: { listen: ["127.0.0.1:$admin"] }
endpoints:
  - { name: production, path: /webhooks/universign, signature: { jwks: { file: /etc/universign-webhookd/jwks.json } } }
storage: { url: "sqlite:/var/lib/universign-webhookd/events.db" }
handlers:
  orphan:
    type: shell
    command: 'setsid sleep 1 </dev/null >/dev/null 2>&1 & echo "\$SECRET" >/var/lib/universign-webhookd/ran'
    env: { SECRET: "\${file:/etc/universign-webhookd/secret}" }
routes: [{ name: everything, match: "*", handlers: [orphan] }]
YAML
# The volume alone can be written.
volume=$root/var/lib/universign-webhookd
mkdir -m 0750 "$scratch/volume"
mkdir -p "$root/dev" "$root/proc"
chown 10001:10001 "$scratch/volume"
cat >"$scratch/contain.sh" <<TEXT
mount --bind "$root" "$root" && mount --bind "$scratch/volume" "$volume" && mount -t proc proc "$root/proc" &&
mount -o remount,ro,bind "$root" && mount --bind /dev "$root/dev" && exec chroot --userspec=10001:10001 "$root" \
    /usr/bin/universign-webhookd serve --config /etc/universign-webhookd/universign-webhookd.yaml
TEXT
unshare --pid --mount --fork --kill-child bash "$scratch/contain.sh" 2>"$scratch/daemon.log" 8>&- &
started+=($!)
await "the daemon" chroot "$root" /usr/bin/universign-webhookd healthcheck --admin "http://127.0.0.1:$admin"
expect_match "an event" "$(post "http://127.0.0.1:$ingest/webhooks/universign")" '"accepted"'
expect_match "the page" "$(curl -sL --max-time 30 "http://127.0.0.1:$admin/")" '<title>universign-webhookd</title>'
await "the program" test -s "$scratch/volume/ran"
expect_equal "the secret that the program got" "$(cat "$scratch/volume/ran")" "a secret"

# Process 1 of the container is the child of unshare; the daemon is process 1's.
first=$(pgrep -P "${started[0]}")
children() { [[ $(pgrep -P "$first" | wc -l) -eq $1 ]]; }
await "the orphan" children 2
await "the orphan to be reaped" children 1
kill -TERM "$first"
wait "${started[0]}" || fail "SIGTERM to process 1 did not end it in good order"
started=()
expect_match "the end" "$(cat "$scratch/daemon.log")" '"message":"stopped"'
if chroot "$root" /usr/bin/universign-webhookd healthcheck --admin "http://127.0.0.1:$admin" 2>/dev/null; then
    fail "the health check says that a stopped daemon is well"
else
    expect_equal "the health check of a stopped daemon" "$?" 69
fi

images tag localhost/webhookd localhost/universign-webhookd
part "$here/compose.sh" "$store" "$run" 8>&-
part "$here/compose_cluster.sh" "$store" "$run" 8>&-
pass
