/** Reading the examples' data, wherever the examples were compiled to. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Records of a CSV file in examples/data, without its header. */
export async function readRecords(name: string): Promise<string[][]> {
  const text = await readFile(dataPath(name), 'utf8');
  const lines = text.trim().split(/\r?\n/u).slice(1);
  return lines.map((line) => line.split(','));
}

/** Path of a file in examples/data, looked for from the working folder, which `npm start` and `npm test` set to the project. */
export function dataPath(name: string): string {
  const path = join('examples', 'data', name);
  if (!existsSync(path))
    throw new Error(`${path}: expected the example's data, got no file; run from the project's folder`);
  return path;
}

/** True for the script that Node was started with. */
export function isMainScript(name: string): boolean {
  return process.argv[1]?.replace(/\.js$/u, '').endsWith(join('examples', name)) === true;
}
