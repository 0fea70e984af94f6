#!/usr/bin/env bash
# build_page.sh OUT: the page as a part of the program: OUT/page_files.cpp and OUT/page_files.bin. For CMake. Works on a copy,
# so that nothing is written beside the sources. What was made of the same sources before is taken from the user's cache,
# without npm and without a network; the libraries are, too, as long as the lock file is the same.
set -euo pipefail
console=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$1
made=(page_files.bin page_files.cpp)
mkdir -p "$out"
out=$(cd "$out" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/universign-webhookd/console
mkdir -p "$cache" 2>/dev/null || true
if [[ ! -w $cache ]]; then cache=$out/cache && mkdir -p "$cache"; fi

# Everything that the bundle is made of; the texts of paths count, the folder of the checkout does not.
inputs=(.npmrc icon.svg index.html package.json package-lock.json tsconfig.json scripts source)
key=$({ cd "$console" && find "${inputs[@]}" -type f -print0 | sort -z | xargs -0 sha256sum; node --version; } |
    sha256sum | cut -c 1-32)
lock=$(cat "$console"/{.npmrc,package-lock.json,package.json} | sha256sum | cut -c 1-32)

exec 9>"$cache/lock"
flock 9 # two builds at once make one page
if [[ ! -f $cache/page-$key/page_files.cpp ]]; then
    stage=$(mktemp -d "$cache/making.XXXXXX")
    trap 'rm -rf "$stage"' EXIT
    if [[ ! -d $cache/npm-$lock ]]; then
        mkdir "$stage/npm"
        cp "$console"/{.npmrc,package-lock.json,package.json} "$stage/npm"
        npm --prefix "$stage/npm" ci --prefer-offline --loglevel=error 9>&- >&2 || {
            echo "The libraries of the page could not be had: npm ci failed. It needs its registry, once for each lock file." >&2
            echo "With -DWEBHOOKD_CONSOLE=OFF the program is built without the page." >&2
            exit 1
        }
        mv "$stage/npm" "$cache/npm-$lock"
    fi
    mkdir "$stage/console" "$stage/made"
    (cd "$console" && cp -r "${inputs[@]}" "$stage/console")
    ln -s "$cache/npm-$lock/node_modules" "$stage/console/node_modules"
    node "$stage/console/scripts/build.mjs" --out "$stage/dist"
    node "$stage/console/scripts/embed.mjs" "$stage/dist" "$stage/made"
    rm -rf "$cache/page-$key"
    mv "$stage/made" "$cache/page-$key"
fi
touch "$cache/page-$key" "$cache/npm-$lock" 2>/dev/null || true
for file in "${made[@]}"; do cp "$cache/page-$key/$file" "$out/$file"; done
find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +60 -exec rm -rf {} + # of other sources, long ago
