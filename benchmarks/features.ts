/**
 * The neural feature check: deep linear networks trained by gradient descent from a small start, and how the Gram matrix of
 * each layer's weights compares with the average gradient outer product and the power of it that the theory names.
 */
import { atMostSteps, compareFeatures, createSparseProblem, deepLinear, degreesOfFreedom } from '../src/index.js';
import { firstOf, generateProblem, networkLayers, solve, whenConverged } from '../src/index.js';
import type { LayerFeatures } from '../src/index.js';
import { factorError, markdownTable } from './measure.js';

export interface FeaturesOptions {
  readonly size: number;
  readonly rank: number;
  readonly oversampling: number;
  readonly depths: readonly number[];
  readonly maxSteps: number;
}

export const full: FeaturesOptions = { size: 60, rank: 3, oversampling: 4, depths: [2, 3, 4], maxSteps: 200 };
export const tiny: FeaturesOptions = { size: 24, rank: 2, oversampling: 4, depths: [3], maxSteps: 60 };

export interface FeaturesRow {
  readonly depth: number;
  /** Relative error of the recovered matrix. */
  readonly error: number;
  readonly features: readonly LayerFeatures[];
}

export async function measureFeatures(options: FeaturesOptions): Promise<FeaturesRow[]> {
  const { size, rank, oversampling, depths, maxSteps } = options;
  const shape = [size, size] as const;
  const observed = Math.round(oversampling * degreesOfFreedom(shape, rank));
  const { observations, truth } = generateProblem({ shape, rank, observed, seed: 1 });
  const problem = createSparseProblem(observations, true);
  const rows: FeaturesRow[] = [];
  try {
    for (const depth of depths) {
      let features: readonly LayerFeatures[] = [];
      const stop = firstOf(whenConverged({ change: 1e-6, residual: 1e-3 }), atMostSteps(maxSteps));
      const solver = deepLinear({ depth, optimiser: 'gradient-descent' });
      const { estimate } = await solve(solver, problem, {
        stop: (progress) => stop(progress),
        inspect: async (state) => {
          features = compareFeatures(await networkLayers(state));
          return undefined;
        },
      });
      rows.push({ depth, error: factorError(estimate, truth), features });
    }
  } finally {
    problem.dispose();
  }
  return rows;
}

export function featuresTable(rows: readonly FeaturesRow[]): string {
  const cells = rows.flatMap(({ depth, error, features }) =>
    features.map(({ layer, power, withAgop, withPower }) => [
      ...[`${depth}`, error.toExponential(1), `${layer}`, withAgop.toFixed(4), `1/${Math.round(1 / power)}`],
      withPower.toFixed(4),
    ]),
  );
  const header = ['depth', 'relative error', 'layer', 'correlation with AGOP', 'power', 'correlation with its power'];
  return markdownTable(header, cells);
}
