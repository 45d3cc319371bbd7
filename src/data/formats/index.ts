/** The table of formats. Adding one is a file in this folder and a line here. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { InputError } from '../../errors.js';
import type { Labels, MatrixFile, MatrixSource, RawMatrix } from '../matrix-file.js';
import { createObservations } from '../observations.js';
import type { Observations, Shape } from '../observations.js';
import { readDelimited, writeTable, writeTriplets } from './delimited.js';
import { readMatrixMarket, writeMatrixMarketArray, writeMatrixMarketCoordinate } from './matrix-market.js';
import { readNpy, writeNpy } from './npy.js';
import { readNpz, writeNpz, writeNpzObservations } from './npz.js';

interface Format {
  readonly read?: (path: string) => Promise<RawMatrix>;
  /** Writes a whole matrix. */
  readonly write?: (path: string, source: MatrixSource, labels: Labels) => Promise<void>;
  /** Writes the observed entries. */
  readonly writeObservations?: (path: string, observations: Observations) => Promise<void>;
}

const delimited = (delimiter: string): Required<Format> => ({
  read: (path) => readDelimited(path, delimiter),
  write: (path, source, labels) => writeTable(path, source, labels, delimiter),
  writeObservations: (path, observations) => writeTriplets(path, observations, delimiter),
});

const formats: Readonly<Record<string, Format>> = {
  '.csv': delimited(','),
  '.tsv': delimited('\t'),
  '.mtx': { read: readMatrixMarket, write: writeMatrixMarketArray, writeObservations: writeMatrixMarketCoordinate },
  '.npy': { read: readNpy, write: writeNpy },
  '.npz': { read: readNpz, write: writeNpz, writeObservations: writeNpzObservations },
};

/** Extensions that can be read, or written as a whole matrix or as observations. */
export function extensionsFor(use: keyof Format): string[] {
  return Object.keys(formats).filter((extension) => formats[extension]?.[use] !== undefined);
}

/**
 * Reads the observed entries of a matrix.
 * @param shape What the user says; the file's own, or the largest indices, unless given.
 * @throws InputError with the file and line for anything wrong.
 */
export async function readMatrix(
  path: string,
  options: { readonly shape?: Shape | undefined } = {},
): Promise<MatrixFile> {
  const read = formatOf(path, 'read');
  await checkReadable(path);
  const raw = await read(path);
  const dense = raw.rowLabels !== undefined || raw.columnLabels !== undefined;
  if (dense && options.shape !== undefined && String(options.shape) !== String(raw.shape)) {
    throw new InputError('--shape', `${raw.shape?.join('x')} as in ${path}`, options.shape.join('x'), 'leave it out');
  }
  const observations = createObservations({ ...raw, shape: options.shape ?? raw.shape, place: path });
  const { rowLabels, columnLabels, corner, isSparse = false } = raw;
  return { observations, rowLabels, columnLabels, corner, isSparse };
}

/** Writes a whole matrix atomically, in the format of the extension. Labels are kept where the format has room for them. */
export async function writeMatrix(path: string, source: MatrixSource, labels: Labels = {}): Promise<void> {
  await formatOf(path, 'write')(path, source, labels);
}

/** Writes observed entries atomically, in the format of the extension. */
export async function writeObservations(path: string, observations: Observations): Promise<void> {
  await formatOf(path, 'writeObservations')(path, observations);
}

/**
 * Checks an output path before any work is done.
 * @param use What will be written there; 'text' takes any extension.
 * @throws InputError for an extension that cannot be written or a folder that is missing or closed.
 */
export async function checkWritable(path: string, use: 'write' | 'writeObservations' | 'text'): Promise<void> {
  if (use !== 'text') formatOf(path, use);
  const folder = dirname(path);
  if (await isFolder(path)) throw new InputError(path, 'a file to write', 'a folder', 'add a file name');
  if (!(await isFolder(folder)))
    throw new InputError(path, 'a folder that exists', `no folder ${folder}`, 'make it first');
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new InputError(path, 'a folder that can be written', `no permission in ${folder}`, 'choose another place');
  }
}

/** @throws InputError where there is no file, or nothing in it. */
export async function checkReadable(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'an error');
  if (typeof found === 'string') {
    const actual = found === 'ENOENT' ? 'no such file' : found;
    throw new InputError(path, 'a file to read', actual, 'check the path');
  }
  if (found.isDirectory()) throw new InputError(path, 'a file to read', 'a folder', 'name a file in it');
  if (found.size === 0) throw new InputError(path, 'observations', 'an empty file');
}

function formatOf<Use extends keyof Format>(path: string, use: Use): NonNullable<Format[Use]> {
  const extension = extname(path).toLowerCase();
  const found = formats[extension]?.[use];
  if (found !== undefined) return found;
  throw new InputError(
    path,
    `a file ending in ${extensionsFor(use).join(', ')}`,
    extension === '' ? 'no extension' : extension,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
