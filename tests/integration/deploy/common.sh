# What the tests of the deployment share; sourced. WEBHOOKD_BINARY and WEBHOOKD_SOURCE_DIR come from ctest.
# shellcheck shell=bash disable=SC2034
source=${WEBHOOKD_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)}
binary=${WEBHOOKD_BINARY:-$source/build/release/universign-webhookd}
build=${WEBHOOKD_BUILD_DIR:-$source/build/release}
here=$source/tests/integration/deploy
test_name=$(basename "$0" .sh)
scratch=$(mktemp -d)
started=() # processes to end, newest last

finish() {
    local status=$? process
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    for process in "${started[@]}"; do wait "$process" 2>/dev/null || true; done
    if declare -F cleanup >/dev/null; then cleanup || true; fi
    if [[ $status -ne 0 && $status -ne 77 ]]; then
        local log
        for log in "$scratch"/*.log; do
            [[ -s $log ]] && { echo "--- ${log##*/}"; tail -n 40 "$log"; } >&2
        done
    fi
    rm -rf "$scratch"
    exit "$status"
}
trap finish EXIT

source "$here/checks.sh"
source "$here/cache.sh"
# ctest counts 77 as skipped.
skip() { echo "$test_name: skipped: $*"; exit 77; }
pass() { echo "$test_name: passed"; }
need() { local tool; for tool in "$@"; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done; }
need_root() { [[ $(id -u) -eq 0 ]] || skip "needs root"; }

# part COMMAND...: another script that is a part of this test, and may have its own reasons to be skipped.
part() {
    local status=0
    "$@" || status=$?
    [[ $status -eq 0 || $status -eq 77 ]] || fail "${1##*/}"
}

# free_ports COUNT: by chance from below those that the kernel gives to whoever asks for any, so that no other test takes them.
free_ports() {
    python3 -c 'import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    try: held.append(socket.create_server(("127.0.0.1", random.randint(20000, 32000))))
    except OSError: pass
print(*(s.getsockname()[1] for s in held))' "$1"
}

# post URL [TRIGGER ARGUMENT...]: a signed event; prints trigger's JSON, one line for each event.
post() {
    local url=$1
    shift
    "$binary" trigger action.opened --key "$scratch/key/private.pem" --url "$url" --json "$@"
}

# made_or_skip SCRIPT ARGUMENT...: the path of what the script makes of Debian's packages, which cannot be had everywhere. In an
# assignment, which ends the test with 77 then.
made_or_skip() {
    "$@" 2>"$scratch/making.log" && return
    echo "$test_name: skipped: ${1##*/}: $(tail -n 1 "$scratch/making.log")" >&2
    exit 77
}
