#!/usr/bin/env bash
# Fuzzes each target (or those named) for FUZZ_SECONDS, one after the other, on stable Rust. What is found lies in
# fuzz/artifacts; `cargo fuzz run -s none TARGET FILE` shows it again.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-fuzz >/dev/null || cargo install --locked --quiet cargo-fuzz
python3 fuzz/seeds.py
cargo fuzz build -s none

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for target in "${targets[@]}"; do
    # A reader that takes ten seconds or a gigabyte for 64 KiB is a finding too.
    if cargo fuzz run -s none "$target" -- -max_total_time="${FUZZ_SECONDS:-600}" -timeout=10 \
        -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        echo "$target: $runs executions, nothing found"
    else
        failed=$((failed + 1))
        echo "$target: FOUND"
        tail -n 40 "$log"
    fi
done
echo "$((${#targets[@]} - failed)) passed, $failed failed"
[ $failed -eq 0 ]
