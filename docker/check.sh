#!/usr/bin/env bash
# Completes a small matrix by libtensorflow with what docker/build.sh has installed, as the image's user would.
#
#     docker/check.sh <folder>
set -euo pipefail
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npx lin-rfm backends --require tensorflow
npx lin-rfm generate --shape 60x50 --rank 2 --seed 1 --out "$work/observed.csv"
npx lin-rfm complete "$work/observed.csv" --backend tensorflow --out "$work/completed.npy" --metrics "$work/metrics.json" --quiet
test -s "$work/completed.npy"
grep -q '"status": *"converged"' "$work/metrics.json"
echo 'docker: build and check work'
