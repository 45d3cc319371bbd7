/** Where a libtensorflow lies that `lin-rfm backends --install tensorflow` has built, and what is known of it. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type TensorflowDevice = 'cpu' | 'gpu';

/** The release whose libraries are used. */
export const tensorflowVersion = '2.18.1';

/** Environment variable that says where builds lie. */
export const homeVariable = 'LIN_RFM_HOME';

/** One build: a folder of its own, complete once its record is there. */
export interface TensorflowPlace {
  readonly device: TensorflowDevice;
  readonly folder: string;
  /** The wheels' contents: tensorflow/ and, for a GPU, nvidia/. */
  readonly site: string;
  readonly addon: string;
  /** tfjs-node's own JavaScript. */
  readonly nodePackage: string;
  /** Stand for the packages that lin-rfm runs on, so that tfjs-node shares its engine. */
  readonly engineLinks: Readonly<Record<'union' | 'core', { readonly name: string; readonly path: string }>>;
  readonly record: string;
}

/** What was built, written last. */
export interface TensorflowRecord {
  readonly tensorflow: string;
  readonly device: TensorflowDevice;
  /** sha256 by file downloaded. */
  readonly files: Readonly<Record<string, string>>;
}

/** The folder of all builds: LIN_RFM_HOME, or the user's cache. */
export function buildsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment[homeVariable];
  if (chosen !== undefined && chosen !== '') return chosen;
  const cache = environment['XDG_CACHE_HOME'];
  return join(cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache'), 'lin-rfm');
}

/** Where the build for a device belongs. The addon speaks Node-API, so one build serves every Node. */
export function placeOf(device: TensorflowDevice): TensorflowPlace {
  return placeAt(device, join(buildsFolder(), `tensorflow-${tensorflowVersion}-${device}`));
}

export function placeAt(device: TensorflowDevice, folder: string): TensorflowPlace {
  const modules = join(folder, 'node_modules', '@tensorflow');
  return {
    device,
    folder,
    site: join(folder, 'site'),
    addon: join(folder, 'tfjs_binding.node'),
    nodePackage: join(modules, 'tfjs-node-gpu'),
    engineLinks: {
      union: { name: '@tensorflow/tfjs', path: join(modules, 'tfjs') },
      core: { name: '@tensorflow/tfjs-core', path: join(modules, 'tfjs-core') },
    },
    record: join(folder, 'record.json'),
  };
}

/** What the place holds; undefined where there is no complete build. */
export function readRecord(place: TensorflowPlace): TensorflowRecord | undefined {
  if (!existsSync(place.record)) return undefined;
  return JSON.parse(readFileSync(place.record, 'utf8')) as TensorflowRecord;
}

/** The build to load: one for a GPU before one for the CPU. */
export function builtPlace(): TensorflowPlace | undefined {
  return (['gpu', 'cpu'] as const).map((device) => placeOf(device)).find((place) => readRecord(place) !== undefined);
}
