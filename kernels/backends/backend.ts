import type { Precision } from '../real.js';

export type Processor = 'CPU' | 'GPU' | 'software GPU';

/** What `lin-rfm backends` tells of one backend. */
export interface BackendReport {
  readonly name: string;
  readonly works: boolean;
  /** In words; empty where the backend does not work. */
  readonly device: string;
  /** What computes; undefined where the backend does not work. A software GPU only imitates one, slowly. */
  readonly processor?: Processor;
  /** Why 'auto' took it; undefined where it was asked for by name. */
  readonly why?: string;
  /** True where this project's kernels compute in float64 on it. */
  readonly float64: boolean;
  readonly version?: string;
  readonly threads?: number;
  /** Bytes that tensors may take up in all; undefined where the backend does not work. */
  readonly memoryBytes?: number;
  /** Where its libraries come from, where there is more than one way. */
  readonly source?: string;
  /** Why it does not work. */
  readonly reason?: string;
  /** The exact command, or the sentence, that gets it. */
  readonly remedy?: string;
}

/** A backend of TensorFlow.js: how to get it, and what it can do. One file each in this folder. */
export interface Backend {
  readonly name: string;
  /** Precisions in which the kernels compute there. */
  readonly precisions: readonly Precision[];
  /** Bytes that tensors may take up in all. */
  memoryBytes(): number;
  /** What a user does to get it. */
  readonly remedy: string;
  /**
   * Loads its package and readies it, without making it the active one.
   * @throws Error whose message is the reason, in one line.
   */
  load(): Promise<void>;
  /** Once loaded. */
  describe(): Pick<BackendReport, 'device' | 'processor' | 'version' | 'threads' | 'source'>;
}
