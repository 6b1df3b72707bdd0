#!/usr/bin/env bash
# Makes the fonts of the report anew from what their makers publish. Run once; the result is in the repository.
#
# Their licence (SIL Open Font License 1.1) keeps the names “Pretendard JP” and “Plex” for the whole fonts, so that
# what is cut out of them has names of its own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent pretendard-jp@1.3.9 @fontsource/ibm-plex-mono@5.3.0 >/dev/null
mkdir sans mono
tar xzf pretendard-jp-1.3.9.tgz -C sans
tar xzf fontsource-ibm-plex-mono-5.3.0.tgz -C mono
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fonttools==4.68.0 brotli

static=sans/package/dist/public/static
venv/bin/python "$here/make.py" "$static/PretendardJP-Regular.otf" "Deungdae Sans" "$here/sans-regular.otf" all
venv/bin/python "$here/make.py" "$static/PretendardJP-SemiBold.otf" "Deungdae Sans" "$here/sans-semibold.otf" common
venv/bin/python "$here/make.py" mono/package/files/ibm-plex-mono-latin-400-normal.woff2 "Deungdae Mono" "$here/mono.ttf" all
cp sans/package/dist/LICENSE.txt "$here/sans-OFL.txt"
cp mono/package/LICENSE "$here/mono-OFL.txt"
