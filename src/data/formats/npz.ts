/**
 * NumPy's .npz, a zip file of .npy arrays: observations as `row`, `column`, `value` and `shape`, or one dense array.
 * A completed matrix is written as its factors where the solver held it so, which has room for matrices of any size.
 */
import type { FileHandle } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { unzipSync, Zip, ZipPassThrough } from 'fflate';
import { InputError } from '../../errors.js';
import type { MatrixSource, RawMatrix, SourceFactors, SourceOffsets } from '../matrix-file.js';
import type { Observations, Shape } from '../observations.js';
import { writeAtomically } from './atomic.js';
import { denseRows, npyPreamble, parseNpy, rawFromDense } from './npy.js';
import type { NpyArray } from './npy.js';

const contents = 'arrays row, column, value and shape, or one dense array';

export async function readNpz(path: string): Promise<RawMatrix> {
  const arrays = unpack(path, await readFile(path));
  const { row, column, value, shape } = arrays;
  const [only, ...others] = Object.entries(arrays);
  if (row !== undefined && column !== undefined && value !== undefined) {
    const [rows, columns] = shape === undefined ? [] : numbersOf(`${path}/shape`, shape);
    const given: Shape | undefined = rows === undefined || columns === undefined ? undefined : [rows, columns];
    if (shape !== undefined && (shape.entries.length !== 2 || given === undefined))
      throw new InputError(`${path}/shape`, 'two numbers', `${shape.entries.length}`, 'give rows and columns');
    return {
      shape: given,
      ...{ row: numbersOf(`${path}/row`, row), column: numbersOf(`${path}/column`, column) },
      ...{ value: numbersOf(`${path}/value`, value), describe: (k) => `${path}[${k}]` },
    };
  }
  if (only !== undefined && others.length === 0) return rawFromDense(`${path}/${only[0]}`, only[1]);
  throw new InputError(path, contents, Object.keys(arrays).join(', ') || 'none', 'write it with numpy.savez');
}

/** The arrays of the file by name. */
function unpack(path: string, bytes: Buffer): Record<string, NpyArray> {
  const arrays: Record<string, NpyArray> = {};
  for (const [name, member] of Object.entries(unzip(path, bytes))) {
    if (!name.endsWith('.npy')) continue;
    const array = name.slice(0, -'.npy'.length);
    arrays[array] = parseNpy(`${path}/${array}`, Buffer.from(member.buffer, member.byteOffset, member.byteLength));
  }
  return arrays;
}

function unzip(path: string, bytes: Buffer): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (error) {
    const actual = error instanceof Error ? error.message : String(error);
    throw new InputError(path, 'a whole .npz file', actual, 'write it with numpy.savez');
  }
}

function numbersOf(place: string, { entries, extents }: NpyArray): Float64Array {
  if (extents.length !== 1) throw new InputError(place, 'a 1-D array', `${extents.length}-D`, 'flatten it');
  return Float64Array.from({ length: entries.length }, (_, k) => Number(entries[k]));
}

/** What becomes one array of the file. */
interface Member {
  readonly name: string;
  readonly extents: readonly number[];
  readonly type: '<f8' | '<i4';
  readonly blocks: Iterable<Float64Array | Int32Array>;
}

const reals = (name: string, extents: readonly number[], values: Float64Array): Member => ({
  ...{ name, extents, type: '<f8', blocks: [values] },
});
const integers = (name: string, values: Int32Array): Member => ({
  ...{ name, extents: [values.length], type: '<i4', blocks: [values] },
});

/**
 * Writes `left`, `right`, `values`, `offset_row`, `offset_column` and `shape`, the matrix being
 * left · rightᵀ + offset_row[:, None] + offset_column; or the array `completed` where the matrix is not held as factors.
 */
export async function writeNpz(path: string, source: MatrixSource): Promise<void> {
  const { shape, factors, offsets } = source;
  const members =
    factors === undefined
      ? [{ name: 'completed', extents: shape, type: '<f8' as const, blocks: denseRows(source) }]
      : [...factorMembers(shape, factors, offsets), integers('shape', Int32Array.of(...shape))];
  await writeMembers(path, members);
}

function factorMembers(shape: Shape, factors: SourceFactors, offsets: SourceOffsets | undefined): Member[] {
  const { left, right } = offsets?.more === undefined ? factors : widened(factors, offsets.more);
  return [
    reals('left', [left.count, left.width], left.values),
    reals('right', [right.count, right.width], right.values),
    reals('values', [factors.values.length], factors.values),
    reals('offset_row', [shape[0]], offsets?.row ?? new Float64Array(shape[0])),
    reals('offset_column', [shape[1]], offsets?.column ?? new Float64Array(shape[1])),
  ];
}

type Sides = Pick<SourceFactors, 'left' | 'right'>;

/** The columns of both, side by side. */
function widened(first: Sides, second: Sides): Sides {
  const join = (a: SourceFactors['left'], b: SourceFactors['left']): SourceFactors['left'] => {
    const width = a.width + b.width;
    const values = new Float64Array(a.count * width);
    for (let i = 0; i < a.count; i += 1) {
      values.set(a.values.subarray(i * a.width, (i + 1) * a.width), i * width);
      values.set(b.values.subarray(i * b.width, (i + 1) * b.width), i * width + a.width);
    }
    return { count: a.count, width, values };
  };
  return { left: join(first.left, second.left), right: join(first.right, second.right) };
}

/** Writes observed entries as `row`, `column`, `value` and `shape`. */
export async function writeNpzObservations(path: string, observations: Observations): Promise<void> {
  const { shape, row, column, value } = observations;
  await writeMembers(path, [
    ...[integers('row', row), integers('column', column), reals('value', [value.length], value)],
    integers('shape', Int32Array.of(...shape)),
  ]);
}

/** A zip file without its 64-bit extension counts bytes in 32 bits. */
const mostBytes = 2 ** 32 - 2 ** 16;
/** Reals handed to the zip file at once. */
const blockLength = 1 << 20;

async function writeMembers(path: string, members: readonly Member[]): Promise<void> {
  const sizeOf = ({ extents, type }: Member): number =>
    extents.reduce((product, extent) => product * extent, Number(type.slice(2)));
  const total = members.reduce((sum, member) => sum + sizeOf(member), 0);
  if (total > mostBytes)
    throw new InputError(path, 'arrays of less than 4 GiB in all', `${(total / 2 ** 30).toFixed(1)} GiB`, 'write .npy');
  await writeAtomically(path, (handle) => writeZip(handle, members));
}

/** Stored, not compressed: random digits do not get shorter. A block at a time. */
async function writeZip(handle: FileHandle, members: readonly Member[]): Promise<void> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  const flush = async (): Promise<void> => {
    for (const chunk of ready.splice(0)) await handle.write(chunk);
  };
  for (const { name, extents, type, blocks } of members) {
    const file = new ZipPassThrough(`${name}.npy`);
    zip.add(file);
    file.push(npyPreamble(extents, type));
    for (const block of blocks) {
      for (let start = 0; start < block.length; start += blockLength) {
        const part = block.subarray(start, start + blockLength);
        file.push(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
        await flush();
      }
    }
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  await flush();
}
