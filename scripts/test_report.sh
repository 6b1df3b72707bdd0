#!/usr/bin/env bash
# Builds deungdae-report, sets the PDF of the demo's release, and reads it again with another program. Apart from
# scripts/test.sh, because typst takes minutes to build. The last line counts tests.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
    export CARGO_TARGET_DIR="$HOME/.cache/deungdae/target"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo fmt --manifest-path report/Cargo.toml --check

cargo build --quiet -p deungdae
deungdae=${CARGO_TARGET_DIR:-target}/debug/deungdae
"$deungdae" demo --data "$work/demo" --no-serve >"$work/said"
# It knows no such release, and names those that there are, the newest first.
names=$("$deungdae" export-release nothing --data "$work/demo" --to "$work/release" 2>&1 || true)
name=${names##*there are: }
name=${name%%,*}
"$deungdae" export-release "$name" --data "$work/demo" --to "$work/$name"

DEUNGDAE_TEST_RELEASE="$work/$name" \
    cargo test --manifest-path report/Cargo.toml --locked --no-fail-fast 2>&1 | tee "$work/tests" || failed=yes
passed=$(sed -nE 's/^test result: .* ([0-9]+) passed;.*/\1/p' "$work/tests" | awk '{ n += $1 } END { print n + 0 }')
wrong=$(sed -nE 's/^test result: .* ([0-9]+) failed;.*/\1/p' "$work/tests" | awk '{ n += $1 } END { print n + 0 }')
echo "in $((SECONDS / 60)) min $((SECONDS % 60)) s: $passed passed, $wrong failed"
[ -z "${failed:-}" ]
