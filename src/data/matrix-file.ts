import type { Observations, Shape } from './observations.js';

/** What stands beside the numbers of a dense table. */
export interface Labels {
  readonly rowLabels?: readonly string[] | undefined;
  readonly columnLabels?: readonly string[] | undefined;
  /** The cell above the row labels. */
  readonly corner?: string | undefined;
}

/** What a reader makes of a file. */
export interface MatrixFile extends Labels {
  readonly observations: Observations;
  /** True for triplets: what is not named may stand for zero. */
  readonly isSparse: boolean;
}

/** What a reader finds in a file, before it is validated. */
export interface RawMatrix extends Labels {
  /** What the file itself says; a reader that knows none leaves it out. */
  readonly shape?: Shape | undefined;
  readonly row: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** Place of entry k, for messages: `ratings.csv:17`. */
  readonly describe?: (k: number) => string;
  /** True for triplets; false unless given. */
  readonly isSparse?: boolean;
}

/** A matrix handed out block by block: a completion, or a synthetic truth. */
export interface MatrixSource {
  readonly shape: Shape;
  /** Rows `start` (inclusive) to `stop` (exclusive), row-major. */
  readonly rows: (start: number, stop: number) => Float64Array;
  /** Where the matrix is held as factors: left · rightᵀ + offsets. */
  readonly factors?: SourceFactors;
  readonly offsets?: SourceOffsets;
}

/** A tall matrix, row-major. */
export interface SourceFactor {
  readonly count: number;
  readonly width: number;
  readonly values: Float64Array;
}

export interface SourceFactors {
  readonly left: SourceFactor;
  readonly right: SourceFactor;
  /** Singular values. */
  readonly values: Float64Array;
}

/** What is added to factors. */
export interface SourceOffsets {
  /** By row, the mean included, [rows]. */
  readonly row: Float64Array;
  /** By column, [columns]. */
  readonly column: Float64Array;
  /** Where rows or columns have offsets of their own kind: more columns of the factors. */
  readonly more?: Pick<SourceFactors, 'left' | 'right'>;
}

/** A list of numbers that grows. */
export class GrowingArray {
  private values = new Float64Array(1024);
  private size = 0;

  push(value: number): void {
    if (this.size === this.values.length) {
      const larger = new Float64Array(2 * this.size);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.size] = value;
    this.size += 1;
  }

  get length(): number {
    return this.size;
  }

  /** The numbers so far; shares memory. */
  toArray(): Float64Array {
    return this.values.subarray(0, this.size);
  }
}

/** Indices that grow: four bytes each, and eight from the first that is no int32, which is for others to complain about. */
export class GrowingIndices {
  private values: Int32Array | Float64Array = new Int32Array(1024);
  private size = 0;

  push(value: number): void {
    const fits = this.values instanceof Float64Array || (value | 0) === value;
    if (!fits) this.values = Float64Array.from(this.values);
    if (this.size === this.values.length) {
      const larger =
        this.values instanceof Int32Array ? new Int32Array(2 * this.size) : new Float64Array(2 * this.size);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.size] = value;
    this.size += 1;
  }

  /** The indices so far; shares memory. */
  toArray(): Int32Array | Float64Array {
    return this.values.subarray(0, this.size);
  }
}
