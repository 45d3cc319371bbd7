#!/usr/bin/env bash
# Installs lin-rfm and libtensorflow under a folder: all that an image holds. CI runs it outside Docker as well.
#
#     docker/build.sh <folder> [--gpu]
#
# libtensorflow goes where LIN_RFM_HOME says.
set -euo pipefail
folder=$1
shift
cd "$(dirname "$0")/.."

[ -d node_modules ] || npm ci --omit=optional --no-audit --no-fund
[ -d dist/esm/src ] || npm run build
mkdir -p "$folder"
archive=$(npm pack --silent --ignore-scripts --pack-destination "$folder")
cd "$folder"
echo '{ "private": true }' >package.json
# The stock addon, which is optional, would fetch a libtensorflow of its own.
npm install --omit=optional --omit=dev --no-audit --no-fund "./$archive"
rm "$archive"
npx lin-rfm backends --install tensorflow "$@"
