#!/usr/bin/env bash
# side_by_side.sh PROGRAM SPEC: runs the test cases of a Catch2 program that SPEC names all at once, each in a process of
# its own. For cases that wait most of their time (for the end of a lease, say) and would take runners from those that work.
set -euo pipefail
program=$1 spec=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Exits with the number of cases, 0 when there is none.
mapfile -t names < <("$program" --list-test-names-only "$spec" || true)
[[ ${#names[@]} -gt 0 ]] || { echo "no test case is named by $spec"; exit 1; }

pids=()
for i in "${!names[@]}"; do
    # A comma would begin another name.
    "$program" --warn NoTests "${names[$i]//,/\\,}" >"$folder/$i" 2>&1 &
    pids+=($!)
done
failed=0
for i in "${!names[@]}"; do
    if wait "${pids[$i]}"; then
        echo "passed: ${names[$i]}"
        grep -o 'this test is skipped: .*' "$folder/$i" || true
    else
        failed=$((failed + 1))
        echo "FAILED: ${names[$i]}"
        cat "$folder/$i"
    fi
done
echo "$((${#names[@]} - failed)) of ${#names[@]} test cases passed"
[[ $failed -eq 0 ]]
