#!/bin/sh
# Makes crates/web/assets/webforms/ from package-lock.json. Needs Node 20 or later.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --ignore-scripts
mkdir -p ../crates/web/assets/webforms
node build.mjs
{
  echo "webforms.js is built from these packages; each is under its own licence, which follows its name."
  for package in @getodk/web-forms vue dompurify ol @mdi/js image-blob-reduce vue-draggable-plus; do
    echo
    node -p "const p = require('./node_modules/$package/package.json'); '== ' + p.name + ' ' + p.version + ' (' + p.license + ')'"
    cat node_modules/"$package"/LICENSE* 2>/dev/null || true
  done
} > ../crates/web/assets/webforms/webforms.LICENSE.txt
ls -l ../crates/web/assets/webforms
