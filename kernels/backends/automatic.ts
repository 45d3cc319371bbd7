/** Which backends 'auto' tries, in which order, and why. */
import type { BackendReport } from './backend.js';

/** What is known of the problem when a backend is chosen. */
export interface BackendHint {
  /** Observed entries; without them the problem counts as small. */
  readonly observations?: number;
  /** Names of backends that have failed on this problem: 'auto' passes them over. */
  readonly failed?: readonly string[];
}

/** A backend that 'auto' may take: what it has to be, and the reason told to the user. */
export interface Candidate {
  readonly name: string;
  readonly why: string;
  /** Whether the backend, once loaded, is what this candidate wants. */
  accepts(report: BackendReport): boolean;
}

/**
 * Observations from which a GPU is tried before the CPU. An estimate, not a measurement: a conjugate-gradient step makes
 * about ten launches of some 10 µs each, in which a CPU works through about 10⁵ observations of rank 10; a solve has
 * reads and transfers besides.
 */
export const leastObservationsForGpu = 1_000_000;

const anything = (): boolean => true;
const isGpu = ({ processor }: BackendReport): boolean => processor === 'GPU';

/**
 * Candidates for a problem, best first. GPU backends are loaded for large problems only: loading takes seconds, longer
 * than a small solve.
 *
 * On the CPU `wasm` comes first. Measured by `lin-rfm benchmark` on two cores: libtensorflow without a GPU took 1.9 to 7.6
 * times its processor time on P1 to P6, and 2.5 times or more with the solvers of full matrices and of low rank.
 * A GPU that is software, such as SwiftShader, is never a candidate.
 */
export function candidatesFor({ observations = 0, failed = [] }: BackendHint): Candidate[] {
  const isLarge = observations >= leastObservationsForGpu;
  const size = `${observations} observations`;
  const threshold = `${leastObservationsForGpu} (estimated)`;
  const large = `${size}, at least ${threshold}: a GPU pays`;
  const onCpu =
    observations === 0
      ? 'fastest on the CPU'
      : isLarge
        ? `${size}, but no GPU that works; fastest on the CPU`
        : `${size}, fewer than ${threshold}: a GPU would hardly pay`;
  const all: Candidate[] = [
    ...(isLarge
      ? [
          { name: 'tensorflow', why: `${large}; float64 on CUDA`, accepts: isGpu },
          { name: 'webgpu', why: large, accepts: isGpu },
        ]
      : []),
    { name: 'wasm', why: onCpu, accepts: anything },
    // Slower than wasm, but with the memory of the whole machine: for what wasm cannot hold.
    { name: 'tensorflow', why: 'the next that works', accepts: anything },
    { name: 'cpu', why: 'the only backend that is left', accepts: anything },
  ];
  return all.filter(({ name }) => !failed.includes(name));
}
