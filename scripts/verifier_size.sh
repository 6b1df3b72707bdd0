#!/usr/bin/env bash
# Builds deungdae-verify as it is given to outsiders and prints its size; fails from 3 MB on.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --profile outsiders -p deungdae-verify
size=$(stat -c %s "${CARGO_TARGET_DIR:-target}/outsiders/deungdae-verify")
echo "deungdae-verify: $size bytes (limit 3000000)"
[ "$size" -lt 3000000 ]
