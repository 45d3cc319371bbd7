// Builds dist/: WebAssembly embedded, ESM with declarations by tsc, then the same files as CommonJS by esbuild.
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** Every file below a folder whose name ends so. */
async function filesBelow(folder, ending) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

execFileSync(process.execPath, ['scripts/build-assembly.mjs'], { stdio: 'inherit' });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

const esm = ['dist/esm/src', 'dist/esm/kernels'];
await rm('dist/cjs', { recursive: true, force: true });
const scripts = (await Promise.all(esm.map((folder) => filesBelow(folder, '.js')))).flat();
await build({
  entryPoints: scripts,
  outdir: 'dist/cjs',
  outbase: 'dist/esm',
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
for (const declaration of (await Promise.all(esm.map((folder) => filesBelow(folder, '.d.ts')))).flat()) {
  const copy = declaration.replace(/^dist.esm/u, 'dist/cjs');
  await mkdir(dirname(copy), { recursive: true });
  await cp(declaration, copy);
}
await writeFile('dist/cjs/package.json', '{ "type": "commonjs" }\n');
await chmod('dist/esm/src/cli/bin.js', 0o755);
