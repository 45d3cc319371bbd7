// Compiles kernels/**/assembly.ts to WebAssembly and embeds it as base64 in kernels/assembly/binary.ts, so that no path
// has to be found at run time.
import { writeFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const flags = '-O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory --initialMemory 0'.split(
  ' ',
);
// The same module over a memory that worker threads share.
const threadedFlags = '--enable threads --sharedMemory --maximumMemory 65536'.split(' ');

async function compile(extra) {
  let binary;
  const { error, stderr } = await asc.main(
    ['kernels/assembly/index.ts', '--outFile', 'module.wasm', ...flags, ...extra],
    {
      readFile: undefined,
      writeFile: (name, contents) => {
        if (name === 'module.wasm') binary = contents;
      },
    },
  );
  if (error || binary === undefined) {
    process.stderr.write(stderr.toString());
    process.exit(1);
  }
  return Buffer.from(binary).toString('base64');
}

await writeFile(
  'kernels/assembly/binary.ts',
  `/** The compiled AssemblyScript module in base64. Made by scripts/build-assembly.mjs; do not edit. */
export const binary =
  '${await compile([])}';

/** The same for a memory shared by threads. */
export const threadedBinary =
  '${await compile(threadedFlags)}';
`,
);
