#!/usr/bin/env bash
# Runs every benchmark in release, one at a time. Each prints a table of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=${DEUNGDAE_VENV:-$HOME/.cache/deungdae/venv}
if [ -x "$venv/bin/python" ]; then export PYXFORM_PYTHON="${PYXFORM_PYTHON:-$venv/bin/python}"; fi
# survey is measured beside Python's svy where some Python has it, and beside R's survey where Rscript has it.
if [ -z "${SURVEY_PYTHON:-}" ] && python3 -c 'import svy' 2>/dev/null; then export SURVEY_PYTHON=python3; fi

cluster=$(FSYNC=on scripts/postgres_cluster.sh start) || cluster=
if [ -n "$cluster" ]; then
    trap 'scripts/postgres_cluster.sh stop "$cluster"' EXIT
    trap 'exit 130' INT TERM
    export DEUNGDAE_TEST_POSTGRES="$cluster"
fi

echo "$(grep -m 1 'model name' /proc/cpuinfo | cut -d : -f 2-), $(nproc) cores, $(uname -sr), $(rustc --version)"
for file in crates/*/benches/*.rs; do
    crate=$(basename "$(dirname "$(dirname "$file")")")
    bench=$(basename "$file" .rs)
    echo
    echo "== $crate: $bench (load $(cut -d ' ' -f 1 /proc/loadavg))"
    cargo bench --quiet -p "$crate" --bench "$bench"
done

echo
echo "== deungdae-verify: size"
scripts/verifier_size.sh
