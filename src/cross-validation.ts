/** The noise level of measurements chosen by how well those left out are predicted. */
import { InputError } from './errors.js';
import { createRandom, shuffled } from './data/random.js';

/** Levels tried, as shares of the targets' root mean square: all noise first, hardly any last. */
const levels: readonly number[] = [1, 0.6, 0.4, 0.25, 0.16, 0.1, 0.06, 0.03, 0.015];
/** Levels past the best by this factor in the squared error are hopeless… */
const hopeless = 1.5;
/** …when this many came one after the other. */
const patience = 2;

export const defaultFolds = 5;

export interface FoldedNoise {
  /** In the units of the targets. */
  readonly noise: number;
  /** Root mean square error on what was left out, at that level. */
  readonly heldOutRmse: number;
}

/**
 * Tries noise levels from high to low, each fitted to all folds but one and judged on that one.
 * @param targets [count]; what is left out is seen by the judgement alone.
 * @param predict Fits to the measurements for which `keep` holds and predicts all of them: [count].
 * @throws InputError for fewer measurements than folds.
 */
export async function foldNoise(
  targets: Float64Array,
  seed: number,
  predict: (keep: (k: number) => boolean, noise: number, fold: number) => Promise<Float64Array>,
  folds = defaultFolds,
): Promise<FoldedNoise> {
  const count = targets.length;
  if (count < folds) {
    const remedy = 'give the noise level';
    throw new InputError('noise', `at least ${folds} measurements to find it from`, `${count}`, remedy);
  }
  const scale = Math.sqrt(targets.reduce((sum, target) => sum + target ** 2, 0) / count) || 1;
  const foldOf = new Int32Array(count);
  shuffled(createRandom(seed), count).forEach((k, place) => (foldOf[k] = place % folds));
  let best: FoldedNoise | undefined;
  let worse = 0;
  for (const level of levels) {
    const noise = level * scale;
    let squares = 0;
    for (let fold = 0; fold < folds; fold += 1) {
      const predicted = await predict((k) => foldOf[k] !== fold, noise, fold);
      for (let k = 0; k < count; k += 1) {
        if (foldOf[k] === fold) squares += ((predicted[k] as number) - (targets[k] as number)) ** 2;
      }
    }
    const heldOutRmse = Math.sqrt(squares / count);
    if (best === undefined || heldOutRmse < best.heldOutRmse) best = { noise, heldOutRmse };
    worse = heldOutRmse ** 2 > hopeless * best.heldOutRmse ** 2 ? worse + 1 : 0;
    if (worse === patience) break;
  }
  if (best === undefined) throw new TypeError('foldNoise: expected at least one level, got none');
  return best;
}
