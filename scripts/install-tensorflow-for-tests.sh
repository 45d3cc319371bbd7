#!/usr/bin/env bash
# Builds libtensorflow for the tests, as a user would. Without Python's pip or a C++ compiler it says so and the tests skip
# that backend; any other failure is one. A build that is there already is used again. Needs dist/ (npm run build).
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "skipped: libtensorflow for the tests: $1"
  exit 0
}

[ "$(uname -sm)" = 'Linux x86_64' ] || skip "its wheels are for Linux on x64, this is $(uname -sm)"
"${PYTHON:-python3}" -m pip --version >/dev/null 2>&1 || skip 'no Python with pip'
command -v "${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || skip 'no C++ compiler'

began=$SECONDS
node dist/esm/src/cli/bin.js backends --install tensorflow "$@"
echo "libtensorflow: $((SECONDS - began)) s"
node dist/esm/src/cli/bin.js backends --require tensorflow
