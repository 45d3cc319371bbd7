#!/usr/bin/env bash
# Runs outside Docker what docker/Dockerfile.cpu runs inside, after scripts/install-tensorflow-for-tests.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! node dist/esm/src/cli/bin.js backends --require tensorflow >/dev/null 2>&1; then
  echo 'skipped: docker steps: no libtensorflow here'
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
docker/build.sh "$folder"
docker/check.sh "$folder"
