#!/usr/bin/env bash
# Every check, one after the other; a failed one does not hide the next. The last line counts tests.
#
#   scripts/test.sh         everything
#   scripts/test.sh lint    formatting and clippy only
set -euo pipefail
cd "$(dirname "$0")/.."

# On a machine that checks again and again, what was built last time is used again.
if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
    export CARGO_TARGET_DIR="$HOME/.cache/deungdae/target"
fi
venv=${DEUNGDAE_VENV:-$HOME/.cache/deungdae/venv}
python=python3
if [ -x "$venv/bin/python" ]; then
    python="$venv/bin/python"
    # Tests that compare with Python programs find them here.
    export DEUNGDAE_PYTHON="$python" PYXFORM_PYTHON="$python"
fi

work=$(mktemp -d)
cluster=
finish() {
    if [ -n "$cluster" ]; then scripts/postgres_cluster.sh stop "$cluster" || true; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

failed=()
step() {
    local name=$1 from=$SECONDS
    shift
    echo "== $name: $*"
    if "$@"; then
        echo "== $name: passed in $((SECONDS - from)) s"
    else
        echo "== $name: FAILED after $((SECONDS - from)) s"
        failed+=("$name")
    fi
}

formatting() { cargo fmt --all --check && cargo fmt --manifest-path fuzz/Cargo.toml --check; }

step formatting formatting
step clippy cargo clippy --workspace --all-targets --quiet -- -D warnings

passes=0 failures=0
count() { passes=$((passes + $1)) failures=$((failures + $2)); }

if [ "${1:-}" != lint ]; then
    if cluster=$(scripts/postgres_cluster.sh start); then
        export DEUNGDAE_TEST_POSTGRES="$cluster"
    else
        cluster=
        echo "skipped: everything on PostgreSQL, because no cluster could be started"
        if [ "${CI:-}" = true ]; then failed+=("PostgreSQL"); fi
    fi

    # nextest writes here wherever the target directory is.
    junit=target/nextest/default/junit.xml
    rm -f "$junit"
    step tests cargo nextest run --workspace
    if [ -f "$junit" ]; then
        of() { grep -m 1 '<testsuites ' "$junit" | sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p"; }
        wrong=$(($(of failures) + $(of errors)))
        count $(($(of tests) - wrong)) $wrong
        grep -ohE 'skipped: [^<]*' "$junit" | sort | uniq -c || true
    fi

    doctests() { cargo test --doc --workspace --quiet --no-fail-fast 2>&1 | tee "$work/doctests"; }
    step doctests doctests
    while read -r good bad; do count "$good" "$bad"; done \
        < <(sed -nE 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed;.*/\1 \2/p' "$work/doctests")

    step "fuzz targets" cargo check --quiet --manifest-path fuzz/Cargo.toml
    step "second reader" "$python" crates/seal/tests/formats.py
fi

if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed: %s\n' "${failed[@]}"
fi
echo "in $((SECONDS / 60)) min $((SECONDS % 60)) s: $passes passed, $failures failed"
[ ${#failed[@]} -eq 0 ]
