#!/usr/bin/env bash
# Installs what the tests need from outside: programs from Debian, Python packages into a venv of their own.
# Quick when everything is there. Where it may not install, it says what is missing, and the tests that need it
# are skipped and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=${DEUNGDAE_VENV:-$HOME/.cache/deungdae/venv}

has() { command -v "$1" >/dev/null; }
speaks() { has fc-list && fc-list ":lang=$1" family | grep -q .; }

packages=()
need() { packages+=("$@"); }
has cc && has make || need build-essential
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has initdb || need postgresql
has chromium || need chromium
has chromedriver || need chromium-driver
has pdftotext || need poppler-utils
speaks ko && speaks ja || need fontconfig fonts-noto-cjk
has python3 && python3 -c 'import ensurepip' 2>/dev/null || need python3 python3-venv

if [ ${#packages[@]} -gt 0 ]; then
    echo "missing: ${packages[*]}"
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
    if ! has apt-get; then
        echo "  this is no Debian: install what corresponds to them by hand"
    elif [ -n "$as_root" ] && ! { has sudo && sudo -n true 2>/dev/null; }; then
        echo "  install with: sudo apt-get install --no-install-recommends ${packages[*]}"
    else
        export DEBIAN_FRONTEND=noninteractive
        $as_root apt-get update -qq &&
            $as_root apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
            echo "  could not be installed: what needs them is skipped"
    fi
fi

if ! has cargo-nextest; then
    echo "missing: cargo-nextest, which is built now (some minutes)"
    cargo install --locked --quiet cargo-nextest
fi
rustup component list --installed 2>/dev/null | grep -q clippy || rustup component add clippy rustfmt 2>/dev/null || true

# The list is kept beside the packages, so that a change of it installs again.
python_packages=("pyxform==4.5.0" "cryptography>=45" "pyodk==1.3.*"
    "pyreadstat==1.3.*" "openpyxl==3.1.*" "pyarrow>=24")
if [ "$(cat "$venv/installed" 2>/dev/null)" != "${python_packages[*]}" ]; then
    echo "missing: Python packages, which are installed into $venv"
    if python3 -m venv --clear "$venv"; then
        complete=yes
        for package in "${python_packages[@]}"; do
            "$venv/bin/pip" install --quiet --disable-pip-version-check "$package" ||
                { complete=no && echo "  $package could not be installed: what needs it is skipped"; }
        done
        if [ $complete = yes ]; then echo "${python_packages[*]}" >"$venv/installed"; fi
    else
        echo "  no venv could be made: what needs it is skipped"
    fi
fi
