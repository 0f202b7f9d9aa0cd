#!/bin/sh
# Makes all that the image has: a Python with belljar, the runtime's files, and their compressed copies.
#
#   make.sh FOLDER WHEEL      WHEEL: of `make wheel`
#
# What builds the files (Node) goes into an environment of its own, which the image does not get. Where a Chromium is, the
# snapshots that starts come from are made, too.
set -eu

folder=$1 wheel=$2
here=$(dirname "$0")
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
export BELLJAR_ASSETS_DIR="$folder/assets"

python3 -m venv "$tools"
"$tools/bin/pip" install --quiet "$wheel[node]"
"$tools/bin/belljar" assets fetch
# Whoever builds images is root, and Chromium runs without its own sandbox then: on our code alone.
BELLJAR_CHROMIUM_SANDBOX=off "$tools/bin/belljar" assets build
"$tools/bin/belljar" assets verify

python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet "$wheel[ask,tab,zstd]"
"$folder/python/bin/python" "$here/copies.py"
chmod -R a+rX "$folder"
