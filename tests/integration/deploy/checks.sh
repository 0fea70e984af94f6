# What a test of the deployment says and waits for; sourced, also within the machine of machine_test.sh. `test_name` is set.
# shellcheck shell=bash disable=SC2154
fail() { echo "$test_name: $*" >&2; exit 1; }
expect_equal() { [[ $2 == "$3" ]] || fail "$1: '$2', expected '$3'"; }
expect_match() { [[ $2 =~ $3 ]] || fail "$1: '$2' does not match '$3'"; }
# await WHAT COMMAND...: until the command succeeds, a minute at most.
await() {
    local what=$1 until=$((SECONDS + 60))
    shift
    while ((SECONDS < until)); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    fail "waited in vain for $what"
}
