/** Five steps of the solver against an independent float64 implementation, on every backend with the precision. */
import { activeBackend } from '../../kernels/backends/index.js';
import {
  alternating,
  columnsOnly,
  constant,
  createProblem,
  generateProblem,
  linRfm,
  rowsOnly,
  solve,
  useBackend,
} from '../../src/index.js';
import { atMostSteps, geometric } from '../../src/index.js';
import type { Precision } from '../../src/index.js';
import { eigenPower } from '../../src/linalg/eigen-power.js';
import { presentBackends } from '../support/backends.js';
import { relativeError } from '../support/errors.js';
import { independentLinRfm } from '../support/independent.js';

const steps = 5;
const tolerance: Record<Precision, number> = { float64: 1e-10, float32: 1e-4 };
const { observations } = generateProblem({ shape: [23, 17], rank: 2, observed: 190, noise: 0.05, seed: 3 });

const variants = [
  { label: 'rows', sides: rowsOnly, ridge: 0, keepObserved: false },
  { label: 'columns', sides: columnsOnly, ridge: 1e-2, keepObserved: true },
  { label: 'alternating', sides: alternating, ridge: 1e-3, keepObserved: false },
];

async function largestGap(
  precision: Precision,
  alpha: number,
  variant: (typeof variants)[number],
  power?: typeof eigenPower,
): Promise<number> {
  const { sides, ridge, keepObserved } = variant;
  const problem = createProblem(observations, precision);
  const epsilon = geometric({ start: 0.8, decay: 0.7, floor: 0 });
  const solver = linRfm({ alpha, epsilon, ridge: constant(ridge), sides, keepObserved, ...(power && { power }) });
  const { estimate } = await solve(solver, problem, { stop: atMostSteps(steps) });
  problem.dispose();
  const expected = independentLinRfm(observations, {
    ...{ alpha, keepObserved, steps },
    epsilon: (step) => 0.8 * 0.7 ** step,
    ridge: () => ridge,
    solvesRows: (done) => sides.direction(done) === 'rows',
    samples: sides.samples,
  });
  return relativeError(estimate, expected);
}

describe.each(['tensorflow', 'webgpu', 'wasm', 'cpu'])('on %s', (backend) => {
  let present = false;
  beforeAll(async () => {
    present = (await presentBackends()).has(backend);
    if (present) await useBackend(backend);
  });

  it.each([0.25, 0.5, 0.75, 1, 0.3])('follows the independent trajectory at alpha %p', async (alpha) => {
    if (!present) return;
    for (const precision of activeBackend().precisions) {
      for (const variant of variants)
        expect(await largestGap(precision, alpha, variant)).toBeLessThan(tolerance[precision]);
    }
  });

  it('follows it through the full eigendecomposition', async () => {
    if (!present) return;
    for (const precision of activeBackend().precisions) {
      for (const variant of variants)
        expect(await largestGap(precision, 0.25, variant, eigenPower)).toBeLessThan(tolerance[precision]);
    }
  });
});
