/** TensorFlow ops on raw handles, in one precision, with one owner for all that they make. */
import { dataType } from './tensorflow-binding.js';
import type { Binding, DataType, Handle, OpAttribute } from './tensorflow-binding.js';

/** Scalars that are kept for good, by addon. */
const keptScalars = new WeakMap<Binding, Map<number, Handle>>();
const mostScalars = 64;

function scalarsOf(binding: Binding): Map<number, Handle> {
  const known = keptScalars.get(binding) ?? new Map<number, Handle>();
  keptScalars.set(binding, known);
  return known;
}

/**
 * Runs ops for one call of a kernel and owns every handle made on the way, so that none outlives the call, failed or not.
 * Reals are float32 or float64, as the call is; indices are int64, since int32 arithmetic stays on the host even where
 * there is a GPU.
 */
export class TensorOps {
  private readonly owned = new Set<Handle>();

  constructor(
    private readonly binding: Binding,
    /** Type of the call's reals. */
    readonly real: DataType,
    /** True where ops run on a GPU, whose memory and launches are worth other choices. */
    readonly onGpu: boolean,
  ) {}

  /** Frees all but what was kept. */
  release(): void {
    for (const handle of this.owned) this.binding.deleteTensor(handle);
    this.owned.clear();
  }

  /** Frees some early. */
  free(...handles: readonly Handle[]): void {
    for (const handle of handles) if (this.owned.delete(handle)) this.binding.deleteTensor(handle);
  }

  /** Hands a handle over to the caller. */
  keep(handle: Handle): Handle {
    this.owned.delete(handle);
    return handle;
  }

  /** @throws Error where the op is unknown or refuses its inputs. */
  run(name: string, inputs: readonly Handle[], ...attributes: readonly OpAttribute[]): Handle {
    const [output] = this.binding.executeOp(name, [...attributes], [...inputs], 1);
    if (output === undefined) throw new Error(`${name} gave no output`);
    this.owned.add(output.id);
    return output.id;
  }

  type(name: string, value: DataType): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }

  flag(name: string, value: boolean): OpAttribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  count(name: string, value: number): OpAttribute {
    return { name, type: this.binding.TF_ATTR_INT, value };
  }

  /** int32 on the host, for shapes, axes and short lists of positions. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): Handle {
    return this.own(this.binding.createTensor([...shape], dataType.int32, Int32Array.from(values)));
  }

  /** An int32 scalar: axes and counts, few of which are ever different, so that they are made once. */
  scalar(value: number): Handle {
    const known = scalarsOf(this.binding);
    const made = known.get(value) ?? this.keep(this.integers([value], []));
    if (known.size < mostScalars) known.set(value, made);
    else if (!known.has(value)) this.own(made);
    return made;
  }

  /** int64; the addon takes each as two words. */
  longs(values: readonly number[]): Handle {
    const words = new Int32Array(BigInt64Array.from(values, BigInt).buffer);
    return this.own(this.binding.createTensor([values.length], dataType.int64, words));
  }

  /** Numbers in the call's precision. */
  reals(values: readonly number[], shape: readonly number[] = [values.length]): Handle {
    if (this.real === dataType.float32)
      return this.own(this.binding.createTensor([...shape], dataType.float32, Float32Array.from(values)));
    const words = new Int32Array(Float64Array.from(values).buffer);
    const carried = this.own(this.binding.createTensor([...shape], dataType.int64, words));
    return this.bitcast(carried, dataType.int64, dataType.float64);
  }

  /** The same bits under another type; a last axis of two int32 words is one int64 or float64. */
  bitcast(input: Handle, from: DataType, to: DataType): Handle {
    return this.run('Bitcast', [input], this.type('T', from), this.type('type', to));
  }

  /** int32 as int64, which arithmetic and gathers take on any device. */
  asLong(input: Handle): Handle {
    return this.run(
      'Cast',
      [input],
      this.type('SrcT', dataType.int32),
      this.type('DstT', dataType.int64),
      this.flag('Truncate', false),
    );
  }

  /** An elementwise op of two inputs with broadcasting: AddV2, Sub, Mul, Maximum … */
  pointwise(name: string, left: Handle, right: Handle, type: DataType = this.real): Handle {
    return this.run(name, [left, right], this.type('T', type));
  }

  scale(input: Handle, factor: number): Handle {
    return factor === 1 ? input : this.pointwise('Mul', input, this.reals([factor], []));
  }

  sum(input: Handle, axes: readonly number[]): Handle {
    const attributes = [this.flag('keep_dims', false), this.type('T', this.real), this.type('Tidx', dataType.int32)];
    return this.run('Sum', [input, this.integers(axes)], ...attributes);
  }

  reshape(input: Handle, shape: readonly number[], type: DataType = this.real): Handle {
    const attributes = [this.type('T', type), this.type('Tshape', dataType.int32)];
    return this.run('Reshape', [input, this.integers(shape)], ...attributes);
  }

  slice(input: Handle, begin: readonly number[], size: readonly number[], type: DataType = this.real): Handle {
    const attributes = [this.type('T', type), this.type('Index', dataType.int32)];
    return this.run('Slice', [input, this.integers(begin), this.integers(size)], ...attributes);
  }

  concat(parts: readonly Handle[], axis: number, type: DataType = this.real): Handle {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const attributes = [this.count('N', parts.length), this.type('T', type), this.type('Tidx', dataType.int32)];
    return this.run('ConcatV2', [...parts, this.scalar(axis)], ...attributes);
  }

  /** Joins along a new axis. */
  pack(parts: readonly Handle[], axis: number, type: DataType = this.real): Handle {
    return this.run('Pack', parts, this.count('N', parts.length), this.type('T', type), this.count('axis', axis));
  }

  /** Entries of an axis by position. */
  gather(params: Handle, indices: Handle, indexType: DataType, axis = 0): Handle {
    return this.run(
      'GatherV2',
      [params, indices, this.scalar(axis)],
      ...[this.type('Tparams', this.real), this.type('Tindices', indexType), this.type('Taxis', dataType.int32)],
      this.count('batch_dims', 0),
    );
  }

  transpose(input: Handle, permutation: readonly number[]): Handle {
    const attributes = [this.type('T', this.real), this.type('Tperm', dataType.int32)];
    return this.run('Transpose', [input, this.integers(permutation)], ...attributes);
  }

  /** Product of the last two axes; the others broadcast. */
  matMul(left: Handle, right: Handle, transposeLeft = false, transposeRight = false): Handle {
    const attributes = [this.flag('adj_x', transposeLeft), this.flag('adj_y', transposeRight)];
    return this.run('BatchMatMulV2', [left, right], this.type('T', this.real), ...attributes);
  }

  fill(shape: readonly number[], value: number): Handle {
    const attributes = [this.type('T', this.real), this.type('index_type', dataType.int32)];
    return this.run('Fill', [this.integers(shape), this.reals([value], [])], ...attributes);
  }

  /** A matrix [rows, columns] with the given main diagonal and zeros elsewhere. */
  diagonal(values: Handle, rows: number, columns: number): Handle {
    const inputs = [values, this.scalar(0), this.scalar(rows), this.scalar(columns), this.reals([0], [])];
    return this.run('MatrixDiagV3', inputs, this.type('T', this.real));
  }

  /**
   * A sparse matrix times a dense one.
   * @param positions int64 [entries, 2]: row and column of every entry.
   * @param transpose Multiply by the sparse matrix's transpose.
   */
  sparseTimes(
    positions: Handle,
    values: Handle,
    shape: readonly [number, number],
    dense: Handle,
    transpose = false,
  ): Handle {
    return this.run(
      'SparseTensorDenseMatMul',
      [positions, values, this.longs(shape), dense],
      ...[this.type('T', this.real), this.type('Tindices', dataType.int64)],
      ...[this.flag('adjoint_a', transpose), this.flag('adjoint_b', false)],
    );
  }

  /** X of factor · X = right, or of its transpose; the factor is lower triangular. Batched. */
  triangularSolve(factor: Handle, right: Handle, transpose: boolean): Handle {
    const attributes = [this.flag('lower', true), this.flag('adjoint', transpose), this.type('T', this.real)];
    return this.run('MatrixTriangularSolve', [factor, right], ...attributes);
  }

  private own(handle: Handle): Handle {
    this.owned.add(handle);
    return handle;
  }
}
