#!/usr/bin/env bash
# Packs the package, installs it beside nothing else of this project, and uses it as ESM, as CommonJS and as a command.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$root" && npm pack --silent --ignore-scripts --pack-destination "$work")
cd "$work"
echo '{ "private": true }' >package.json
npm install --silent --no-audit --no-fund ./lin-rfm-*.tgz

cat >use.mjs <<'EOF'
import { complete, createObservations, useBackend } from 'lin-rfm';
await useBackend('auto');
const row = [0, 0, 0, 1, 1, 1, 2, 2], column = [0, 1, 2, 0, 1, 2, 0, 1], value = [1, 2, 3, 2, 4, 6, 3, 6];
const { completion } = await complete(createObservations({ row, column, value }));
if (Math.abs(completion.predict([2], [2])[0] - 9) > 1e-2) throw new Error('ESM: wrong completion');
EOF
sed -e "s/import \(.*\) from 'lin-rfm';/const \1 = require('lin-rfm');\n(async () => {/" -e 's/ESM/CommonJS/' use.mjs >use.cjs
echo '})().catch((error) => { console.error(error); process.exit(1); });' >>use.cjs
cat >use.ts <<'EOF'
import { complete, type CompleteResult, type Observations } from 'lin-rfm';
export const run = (observations: Observations): Promise<CompleteResult> => complete(observations, { alpha: 0.5 });
EOF

node use.mjs
node use.cjs
"$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext --target es2022 use.ts
npx lin-rfm generate --shape 30x20 --rank 1 --seed 1 --out observed.csv
npx lin-rfm complete observed.csv --out completed.npy --quiet
test -s completed.npy
echo 'package: ESM, CommonJS, types and command work'
