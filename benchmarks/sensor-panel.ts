/**
 * A made panel of sensors read at regular times: a few smooth factors that all share, for every sensor a slow drift of its
 * own (autoregressive of order one) and white noise; an offset and an amplitude a sensor. Half of the readings are missing,
 * and of the others a tenth is hidden.
 */
import { createObservations, splitBy } from '../src/index.js';
import type { Split } from '../src/index.js';
import { createRandom } from '../src/data/random.js';
import type { Random } from '../src/data/random.js';

export interface SensorPanelOptions {
  readonly sensors: number;
  readonly times: number;
  readonly seed: number;
}

const factors = 12;
/** Singular values of the shared part fall like the reciprocal root of their number. */
const decay = 0.5;
/** Standard deviations beside the shared part's, which is about one. */
const drift = 0.4;
const white = 0.25;
/** Correlation of the drift from one reading to the next. */
const persistence = 0.8;
const missingShare = 0.5;
const hiddenShare = 0.1;

/** Rows are sensors. `kept` is what a solver sees; `heldOut` are readings, their noise included. */
export function makeSensorPanel({ sensors, times, seed }: SensorPanelOptions): Split {
  const random = createRandom(seed);
  const curves = Array.from({ length: factors }, (_, k) => smoothCurve(random, times, 20 + 200 / (k + 1)));
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  for (let j = 0; j < sensors; j += 1) {
    const offset = 2 * random.normal();
    const amplitude = Math.exp(0.3 * random.normal());
    const loadings = curves.map((_, k) => random.normal() * (k + 1) ** -decay);
    let own = drift * random.normal();
    for (let t = 0; t < times; t += 1) {
      own = persistence * own + Math.sqrt(1 - persistence ** 2) * drift * random.normal();
      const shared = loadings.reduce((sum, loading, k) => sum + loading * (curves[k]?.[t] ?? 0), 0);
      const reading = offset + amplitude * (0.6 * shared + own + white * random.normal());
      if (random.uniform() < missingShare) continue;
      row.push(j);
      column.push(t);
      value.push(reading);
    }
  }
  const observed = createObservations({ shape: [sensors, times], row, column, value });
  const hidden = Uint8Array.from(observed.value, () => Number(random.uniform() < hiddenShare));
  return splitBy(observed, (k) => hidden[k] === 1);
}

/** White noise under a Gaussian window of the given length in readings, of variance one. */
function smoothCurve(random: Random, times: number, length: number): Float64Array {
  const reach = Math.ceil(1.5 * length);
  const window = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-0.5 * ((2 * (k - reach)) / length) ** 2),
  );
  const norm = Math.sqrt(window.reduce((sum, weight) => sum + weight ** 2, 0));
  const source = Float64Array.from({ length: times + 2 * reach }, () => random.normal());
  return Float64Array.from({ length: times }, (_, t) => {
    let sum = 0;
    window.forEach((weight, k) => (sum += weight * (source[t + k] ?? 0)));
    return sum / norm;
  });
}
