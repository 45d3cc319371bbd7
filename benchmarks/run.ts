/**
 * Prints one benchmark's table, or all of them.
 *
 *     npm run benchmark -- peers|transition|scale|noise|sides|panel|ratings|p1|powers|features|oracle|kernels|gpu|all
 *         [--tiny] [--large] [--file PATH]
 */
import { useBackend } from '../src/index.js';
import * as features from './features.js';
import * as gpu from './gpu.js';
import * as kernels from './kernels.js';
import { machine } from './measure.js';
import * as noise from './noise.js';
import * as oracle from './oracle.js';
import * as p1 from './p1.js';
import * as panel from './panel.js';
import * as peers from './peers.js';
import * as powers from './powers.js';
import * as ratings from './ratings.js';
import * as scale from './scale.js';
import * as sides from './sides.js';
import * as transition from './transition.js';

/** Adding a benchmark is a file and a line here. */
export const benchmarks: Readonly<Record<string, (tiny: boolean) => Promise<string>>> = {
  kernels: (tiny) => Promise.resolve(kernels.kernelsTable(kernels.measureKernels(tiny ? kernels.tiny : kernels.full))),
  powers: async (tiny) => powers.powersTable(await powers.measurePowers(tiny ? powers.tiny : powers.full)),
  sides: async (tiny) => sides.sidesTable(await sides.measureSides(tiny ? sides.tiny : sides.full)),
  peers: async (tiny) => peers.peersTable(await peers.measurePeers(tiny ? peers.tiny : peers.full)),
  transition: async (tiny) => {
    const options = tiny ? transition.tiny : transition.full;
    return transition.transitionTable(await transition.measureTransition(options), options);
  },
  scale: async (tiny) => scale.scaleTable(await scale.measureScale(tiny ? scale.tiny : scale.full)),
  gpu: async (tiny) => {
    const full = process.argv.includes('--large') ? gpu.large : gpu.full;
    return gpu.gpuTable(await gpu.measureGpu(tiny ? gpu.tiny : full));
  },
  noise: async (tiny) => noise.noiseTable(await noise.measureNoise(tiny ? noise.tiny : noise.full)),
  features: async (tiny) =>
    features.featuresTable(await features.measureFeatures(tiny ? features.tiny : features.full)),
  panel: async (tiny) => panel.panelTable(await panel.measurePanel(tiny ? panel.tiny : panel.full)),
  ratings: async (tiny) => {
    if (tiny) return ratings.ratingsTable(await ratings.measureRatings(ratings.tiny()));
    const path = valueOf('--file');
    if (path === undefined) return 'skipped: expected --file PATH of a file of ratings, got none\n';
    return ratings.ratingsTable(await ratings.measureRatings(await ratings.fromFile(path)));
  },
  oracle: async (tiny) => oracle.oracleTable(await oracle.measureOracle(tiny ? oracle.tiny : oracle.full)),
  p1: async (tiny) => p1.p1Table(await p1.measureP1(tiny ? p1.tiny : p1.full)),
};

/** The word after an option. */
function valueOf(option: string): string | undefined {
  const at = process.argv.indexOf(option);
  return at === -1 ? undefined : process.argv[at + 1];
}

async function run(names: readonly string[], tiny: boolean): Promise<void> {
  process.stdout.write(`${machine()}\n`);
  for (const name of names) {
    const measure = benchmarks[name];
    if (measure === undefined)
      throw new Error(`benchmark: expected one of ${Object.keys(benchmarks).join(', ')}, all, got ${name}`);
    await useBackend('auto');
    process.stdout.write(`\n${name}\n\n${await measure(tiny)}`);
  }
}

if (process.argv[1]?.endsWith('run.js') === true) {
  const words = process.argv.slice(2).filter((word, k, all) => !word.startsWith('--') && all[k - 1] !== '--file');
  const names = words.length === 0 || words.includes('all') ? Object.keys(benchmarks) : words;
  run(names, process.argv.includes('--tiny')).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
