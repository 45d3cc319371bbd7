// Conjugate gradients in the tangent space of a low-rank matrix: the whole loop in one call, so that its vectors stay where
// they are and all threads go through it in step. Rows are padded to whole vectors; every thread has a part of the rows
// and a part of the columns. Sums over threads are taken by each of them in the same order, so that all decide alike.
import { firstRow } from '../parts/assembly';
import { barrier } from '../parts/barrier.assembly';
import {
  addProduct, addScaled, addScaledByColumn, copyIn, copyOut, dot, innerProducts, sumMatrices,
} from './dense.assembly';
import { invertNormals } from './normal.assembly';
import { sampleAndMultiply } from './sampled.assembly';

/** One thread's view of a call: sizes, its part of the rows and columns, and addresses. Lies in scratch. */
@unmanaged
class Frame {
  part: usize;
  parts: usize;
  width: usize;
  /** Bytes of a padded row, and of a small matrix of them. */
  stride: usize;
  square: usize;
  columnCount: usize;
  rowFirst: usize;
  rowStop: usize;
  columnFirst: usize;
  columnStop: usize;
  starts: usize;
  columns: usize;
  /** The bases, and of each vector the left and the right half: solution, residual, direction, and what is made of them. */
  u: usize;
  v: usize;
  xl: usize;
  xr: usize;
  rl: usize;
  rr: usize;
  dl: usize;
  dr: usize;
  al: usize;
  ar: usize;
  /** Sums by column of the parts after the first, whose are `ar`. */
  columnSums: usize;
  /** Of every row and column the inverse of its normal matrix; 0 where there are none. */
  rowInverses: usize;
  columnInverses: usize;
  /** What each part adds to a sum: three matrices, four numbers. */
  slots: usize;
  slotBytes: usize;
  /** This thread's own: penalties and their inverses, two matrices, a row. */
  side: usize;
  sideInverse: usize;
  ridge: usize;
  coreMore: usize;
  coreInverse: usize;
  first: usize;
  second: usize;
  row: usize;
}

/** Bytes for a Frame. */
const FRAME: usize = 512;
/** Numbers of a slot: dots of the left and right halves, after preconditioning and after applying the system. */
const NUMBERS: usize = 64;

// @ts-ignore: decorator
@inline
function matrixSlot(f: Frame, place: usize): usize {
  return f.slots + f.part * f.slotBytes + NUMBERS + place * f.square;
}

// @ts-ignore: decorator
@inline
function putNumber(f: Frame, place: usize, value: f64): void {
  store<f64>(f.slots + f.part * f.slotBytes + place * 8, value);
}

function sumNumbers(f: Frame, place: usize): f64 {
  let total: f64 = 0;
  for (let p: usize = 0; p < f.parts; p++) {
    const at = f.slots + p * f.slotBytes + place * 8;
    total += load<f64>(at) + load<f64>(at + 8);
  }
  return total;
}

function sumMatrix<T>(f: Frame, place: usize, to: usize): void {
  sumMatrices<T>(to, f.slots + NUMBERS + place * f.square, f.slotBytes, f.square, f.parts);
}

/** a = M⁻¹ r; returns r·a. */
function precondition<T>(f: Frame): f64 {
  const width = f.width, stride = f.stride, block = width * stride;
  innerProducts<T>(f.u, f.rl, matrixSlot(f, 0), f.rowFirst, f.rowStop, width, stride);
  for (let j = f.columnFirst; j < f.columnStop; j++) {
    const to = f.ar + j * stride;
    memory.fill(to, 0, stride);
    if (f.columnInverses == 0) addScaledByColumn<T>(to, f.rr + j * stride, f.sideInverse, stride);
    else addProduct<T>(to, f.rr + j * stride, f.columnInverses + j * block, 1, width, stride);
  }
  innerProducts<T>(f.v, f.ar, matrixSlot(f, 1), f.columnFirst, f.columnStop, width, stride);
  barrier(f.parts);
  sumMatrix<T>(f, 0, f.first);
  sumMatrix<T>(f, 1, f.second);
  for (let j = f.columnFirst; j < f.columnStop; j++) {
    addProduct<T>(f.ar + j * stride, f.v + j * stride, f.second, -1, width, stride);
  }
  putNumber(f, 0, dot<T>(f.rr, f.ar, f.columnFirst, f.columnStop, stride));
  for (let i = f.rowFirst; i < f.rowStop; i++) {
    const to = f.al + i * stride;
    memory.copy(f.row, f.rl + i * stride, stride);
    addProduct<T>(f.row, f.u + i * stride, f.first, -1, width, stride);
    memory.fill(to, 0, stride);
    if (f.rowInverses == 0) addScaledByColumn<T>(to, f.row, f.sideInverse, stride);
    else addProduct<T>(to, f.row, f.rowInverses + i * block, 1, width, stride);
  }
  innerProducts<T>(f.u, f.al, matrixSlot(f, 2), f.rowFirst, f.rowStop, width, stride);
  barrier(f.parts);
  sumMatrix<T>(f, 2, f.second);
  for (let c: usize = 0; c < f.square; c += 16) {
    const inside = v128.mul<T>(v128.load(f.first + c), v128.load(f.coreInverse + c));
    v128.store(f.first + c, v128.sub<T>(inside, v128.load(f.second + c)));
  }
  for (let i = f.rowFirst; i < f.rowStop; i++) {
    addProduct<T>(f.al + i * stride, f.u + i * stride, f.first, 1, width, stride);
  }
  putNumber(f, 1, dot<T>(f.rl, f.al, f.rowFirst, f.rowStop, stride));
  barrier(f.parts);
  return sumNumbers(f, 0);
}

/** a = A d; returns d·a. */
function apply<T>(f: Frame): f64 {
  const width = f.width, stride = f.stride, columnBytes = f.columnCount * stride;
  const own = f.part == 0 ? f.ar : f.columnSums + (f.part - 1) * columnBytes;
  memory.fill(own, 0, columnBytes);
  sampleAndMultiply<T>(f.dl, f.u, f.v, f.dr, f.starts, f.columns, f.al, own, f.rowFirst, f.rowStop, stride);
  innerProducts<T>(f.u, f.dl, matrixSlot(f, 0), f.rowFirst, f.rowStop, width, stride);
  barrier(f.parts);
  sumMatrix<T>(f, 0, f.first);
  for (let c: usize = 0; c < f.square; c += 16) {
    v128.store(f.first + c, v128.mul<T>(v128.load(f.first + c), v128.load(f.coreMore + c)));
  }
  for (let i = f.rowFirst; i < f.rowStop; i++) {
    addScaledByColumn<T>(f.al + i * stride, f.dl + i * stride, f.side, stride);
    addProduct<T>(f.al + i * stride, f.u + i * stride, f.first, 1, width, stride);
  }
  putNumber(f, 2, dot<T>(f.dl, f.al, f.rowFirst, f.rowStop, stride));
  for (let p: usize = 0; p + 1 < f.parts; p++) {
    addScaled<T>(f.ar, f.ar, f.columnSums + p * columnBytes, 1, f.columnFirst, f.columnStop, stride);
  }
  innerProducts<T>(f.v, f.ar, matrixSlot(f, 1), f.columnFirst, f.columnStop, width, stride);
  barrier(f.parts);
  sumMatrix<T>(f, 1, f.second);
  for (let j = f.columnFirst; j < f.columnStop; j++) {
    addProduct<T>(f.ar + j * stride, f.v + j * stride, f.second, -1, width, stride);
    addScaledByColumn<T>(f.ar + j * stride, f.dr + j * stride, f.side, stride);
  }
  putNumber(f, 3, dot<T>(f.dr, f.ar, f.columnFirst, f.columnStop, stride));
  barrier(f.parts);
  return sumNumbers(f, 2);
}

/** Penalties and what divides by them, from the unpadded inputs; what lies in the padding is multiplied by zeros. */
function fillPenalties<T>(f: Frame, side: usize, core: usize, share: T, leastRidge: T): void {
  const size = sizeof<T>();
  memory.fill(f.side, 0, 3 * f.stride + 2 * f.square);
  for (let a: usize = 0; a < f.width; a++) {
    const penalty = load<T>(side + a * size);
    store<T>(f.side + a * size, penalty);
    store<T>(f.sideInverse + a * size, <T>1 / (penalty + share));
    store<T>(f.ridge + a * size, penalty + leastRidge);
    for (let b: usize = 0; b < f.width; b++) {
      const whole = load<T>(core + (a * f.width + b) * size);
      store<T>(f.coreMore + a * f.stride + b * size, whole - load<T>(side + b * size));
      store<T>(f.coreInverse + a * f.stride + b * size, <T>1 / (whole + share));
    }
  }
}

function tangentSolve<T>(
  gradientLeft: usize, gradientRight: usize, left: usize, right: usize, side: usize, core: usize,
  starts: usize, columns: usize, columnStarts: usize, columnRows: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, share: f64, leastRidge: f64, tolerance: f64, maxSteps: i32, hasBlocks: bool,
  part: usize, parts: usize,
): void {
  const size = sizeof<T>();
  const padded = (width + 3) & ~3;
  const stride = padded * size, square = width * stride;
  const rowBytes = rows * stride, columnBytes = columnCount * stride;
  const ownBytes = FRAME + 4 * stride + 4 * square;
  const f = changetype<Frame>(scratch + part * ownBytes);
  f.part = part;
  f.parts = parts;
  f.width = width;
  f.stride = stride;
  f.square = square;
  f.columnCount = columnCount;
  f.starts = starts;
  f.columns = columns;
  f.side = scratch + part * ownBytes + FRAME;
  f.sideInverse = f.side + stride;
  f.ridge = f.sideInverse + stride;
  f.coreMore = f.ridge + stride;
  f.coreInverse = f.coreMore + square;
  f.first = f.coreInverse + square;
  f.second = f.first + square;
  f.row = f.second + square;
  f.slots = scratch + parts * ownBytes;
  f.slotBytes = NUMBERS + 3 * square;
  const normal = f.slots + parts * f.slotBytes;
  f.u = normal + parts * padded * stride;
  f.v = f.u + rowBytes;
  f.xl = f.v + columnBytes;
  f.xr = f.xl + rowBytes;
  f.rl = f.xr + columnBytes;
  f.rr = f.rl + rowBytes;
  f.dl = f.rr + columnBytes;
  f.dr = f.dl + rowBytes;
  f.al = f.dr + columnBytes;
  f.ar = f.al + rowBytes;
  f.columnSums = f.ar + columnBytes;
  f.rowInverses = hasBlocks ? f.columnSums + (parts - 1) * columnBytes : 0;
  f.columnInverses = hasBlocks ? f.rowInverses + rows * width * stride : 0;
  f.rowFirst = firstRow(starts, rows, part, parts);
  f.rowStop = firstRow(starts, rows, part + 1, parts);
  f.columnFirst = firstRow(columnStarts, columnCount, part, parts);
  f.columnStop = firstRow(columnStarts, columnCount, part + 1, parts);
  fillPenalties<T>(f, side, core, <T>share, <T>leastRidge);
  copyIn<T>(left, f.u, f.rowFirst, f.rowStop, width, stride);
  copyIn<T>(right, f.v, f.columnFirst, f.columnStop, width, stride);
  copyIn<T>(gradientLeft, f.rl, f.rowFirst, f.rowStop, width, stride);
  copyIn<T>(gradientRight, f.rr, f.columnFirst, f.columnStop, width, stride);
  memory.fill(f.xl + f.rowFirst * stride, 0, (f.rowStop - f.rowFirst) * stride);
  memory.fill(f.xr + f.columnFirst * stride, 0, (f.columnStop - f.columnFirst) * stride);
  if (hasBlocks) {
    const own = normal + part * padded * stride;
    barrier(parts);
    invertNormals<T>(f.v, f.ridge, starts, columns, f.rowInverses, own, f.rowFirst, f.rowStop, width, stride);
    invertNormals<T>(
      f.u, f.ridge, columnStarts, columnRows, f.columnInverses, own, f.columnFirst, f.columnStop, width, stride,
    );
  }
  let product = precondition<T>(f);
  const enough = tolerance * tolerance * product;
  let ratio: f64 = 0;
  let steps: i32 = 0;
  memory.fill(f.dl + f.rowFirst * stride, 0, (f.rowStop - f.rowFirst) * stride);
  memory.fill(f.dr + f.columnFirst * stride, 0, (f.columnStop - f.columnFirst) * stride);
  for (; product > enough && steps < maxSteps; steps++) {
    addScaled<T>(f.dl, f.al, f.dl, <T>ratio, f.rowFirst, f.rowStop, stride);
    addScaled<T>(f.dr, f.ar, f.dr, <T>ratio, f.columnFirst, f.columnStop, stride);
    // Every thread reads the whole direction.
    barrier(parts);
    const length = <T>(product / apply<T>(f));
    addScaled<T>(f.xl, f.xl, f.dl, length, f.rowFirst, f.rowStop, stride);
    addScaled<T>(f.xr, f.xr, f.dr, length, f.columnFirst, f.columnStop, stride);
    addScaled<T>(f.rl, f.rl, f.al, -length, f.rowFirst, f.rowStop, stride);
    addScaled<T>(f.rr, f.rr, f.ar, -length, f.columnFirst, f.columnStop, stride);
    const next = precondition<T>(f);
    ratio = next / product;
    product = next;
  }
  const count = rows + columnCount;
  copyOut<T>(f.xl, output, f.rowFirst, f.rowStop, width, stride);
  copyOut<T>(f.xr, output + rows * width * size, f.columnFirst, f.columnStop, width, stride);
  if (part == 0) store<T>(output + count * width * size, <T>steps);
}

export function tangentSolve32(
  gradientLeft: usize, gradientRight: usize, left: usize, right: usize, side: usize, core: usize,
  starts: usize, columns: usize, columnStarts: usize, columnRows: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, share: f64, leastRidge: f64, tolerance: f64, maxSteps: i32, hasBlocks: bool,
  part: usize, parts: usize,
): void {
  tangentSolve<f32>(
    gradientLeft, gradientRight, left, right, side, core, starts, columns, columnStarts, columnRows, output, scratch,
    rows, columnCount, width, share, leastRidge, tolerance, maxSteps, hasBlocks, part, parts,
  );
}

export function tangentSolve64(
  gradientLeft: usize, gradientRight: usize, left: usize, right: usize, side: usize, core: usize,
  starts: usize, columns: usize, columnStarts: usize, columnRows: usize, output: usize, scratch: usize,
  rows: usize, columnCount: usize, width: usize, share: f64, leastRidge: f64, tolerance: f64, maxSteps: i32, hasBlocks: bool,
  part: usize, parts: usize,
): void {
  tangentSolve<f64>(
    gradientLeft, gradientRight, left, right, side, core, starts, columns, columnStarts, columnRows, output, scratch,
    rows, columnCount, width, share, leastRidge, tolerance, maxSteps, hasBlocks, part, parts,
  );
}
