/**
 * lin-RFM with a spectral function of the AGOP that need not be a power: M = φ(XᵀX/m + ε²·I), and the metric is M².
 * Fixed points are first-order critical points of Σ ψ(σᵢ) with the ψ of `penaltyOf` (arXiv:2401.04553, Theorem 1).
 */
import { eigenFunction } from '../linalg/eigen-power.js';
import type { SpectralFunction } from '../linalg/penalty.js';
import { linRfm } from './lin-rfm.js';
import type { LinRfmOptions, LinRfmState } from './lin-rfm.js';
import type { Solver } from './solver.js';

export type SpectralLinRfmOptions = Omit<LinRfmOptions, 'alpha' | 'power' | 'name'>;

/**
 * @param phi Positive on positive numbers; applied to the eigenvalues of the AGOP through a full eigendecomposition. A
 *   value that is not positive and finite makes the solve end as 'non-finite'.
 */
export function spectralLinRfm(phi: SpectralFunction, options: SpectralLinRfmOptions): Solver<LinRfmState> {
  return linRfm({
    ...options,
    // The power that lin-RFM would raise to is not looked at.
    alpha: 0.5,
    power: (matrix, _, range) => eigenFunction(matrix, (value) => positive(phi(value)) ** 2, range),
    name: 'spectral-lin-rfm',
  });
}

function positive(value: number): number {
  return value > 0 && Number.isFinite(value) ? value : NaN;
}
