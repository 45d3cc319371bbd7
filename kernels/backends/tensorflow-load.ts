/** Loads libtensorflow: what was built in a place of its own, else the stock package. Node only. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readlinkSync, realpathSync, renameSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { isNodeBackend } from './tensorflow-binding.js';
import type { Binding } from './tensorflow-binding.js';
import { builtPlace } from './tensorflow-place.js';
import type { TensorflowPlace } from './tensorflow-place.js';

export const stockPackage = '@tensorflow/tfjs-node-gpu';

/** Read by libtensorflow and CUDA when they start; the user's own settings win. */
const startSettings = {
  // TensorFloat-32 would leave float32 products three digits.
  NVIDIA_TF32_OVERRIDE: '0',
  // Not the whole of the GPU's memory at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  TF_CPP_MIN_LOG_LEVEL: '2',
};

export interface LoadedTensorflow {
  /** Where it came from, in words. */
  readonly source: string;
  /** Of libtensorflow. */
  readonly version: string;
  /** Threads that one op may use on the CPU. */
  readonly threads: number;
  /** The first GPU, where libtensorflow uses one; its memory where the driver tells. */
  readonly gpu?: { readonly name: string; readonly memoryBytes?: number };
}

/**
 * Registers the backend with TensorFlow.js and readies it.
 * @throws Error with the reason in one line.
 */
export async function loadTensorflow(): Promise<LoadedTensorflow> {
  for (const [name, value] of Object.entries(startSettings)) process.env[name] ??= value;
  restoreRemoved(util);
  const place = builtPlace();
  const source = place === undefined ? await loadStock() : loadBuilt(place);
  const backend: object | null = tf.engine().findBackend('tensorflow');
  if (!isNodeBackend(backend)) throw new Error(`${source} did not start`);
  const gpu = backend.isUsingGpuDevice ? (askDriver() ?? { name: 'CUDA GPU' }) : undefined;
  const threads = Number(process.env[threadsVariable] ?? availableParallelism());
  return { source, version: backend.binding.TF_Version, threads, ...(gpu && { gpu }) };
}

/** libtensorflow's own variable for the threads of one op. */
const threadsVariable = 'TF_NUM_INTRAOP_THREADS';

/** The addon tells no more than that there is a GPU. */
function askDriver(): LoadedTensorflow['gpu'] {
  try {
    const query = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
    const [line = ''] = execFileSync('nvidia-smi', query, { encoding: 'utf8', stdio: 'pipe' }).split('\n');
    const [name = '', mebibytes = ''] = line.split(', ');
    return name === '' ? undefined : { name, memoryBytes: Number(mebibytes) * 2 ** 20 };
  } catch {
    return undefined;
  }
}

/** Node 23 removed, or warns of, what the published tfjs-node still calls. */
function restoreRemoved(functions: object & { isNullOrUndefined?: unknown; isArray?: unknown }): void {
  functions.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
  if (functions.isArray !== Array.isArray) functions.isArray = Array.isArray;
}

/** An addon that was linked to the libraries of a wheel; tfjs-node's JavaScript around it. */
function loadBuilt(place: TensorflowPlace): string {
  const require = createRequire(join(place.nodePackage, 'package.json'));
  linkEngine(place, require);
  const binding = require(place.addon) as Binding;
  if (tf.engine().findBackendFactory('tensorflow') === null) {
    require('./dist/register_all_kernels.js');
    const { NodeJSKernelBackend } = require('./dist/nodejs_kernel_backend.js') as {
      NodeJSKernelBackend: new (binding: Binding, packageName: string) => ReturnType<typeof tf.backend>;
    };
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, stockPackage), 3);
  }
  return `built in ${place.folder}`;
}

/**
 * Points the place's @tensorflow/tfjs and tfjs-core at those that this process runs. Second copies would have classes of
 * their own, whose tensors are no tensors here.
 */
function linkEngine({ engineLinks }: TensorflowPlace, require: NodeJS.Require): void {
  const engine = engineFile(require);
  const core = createRequire(engine).resolve(engineLinks.core.name);
  for (const [{ path, name }, file] of [
    [engineLinks.union, engine],
    [engineLinks.core, core],
  ] as const) {
    const target = folderOf(file, name);
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (isLink && readlinkSync(path) === target) continue;
    const fresh = `${path}-${process.pid}`;
    symlinkSync(target, fresh);
    renameSync(fresh, path);
  }
}

/** The file of this process's @tensorflow/tfjs: the loaded module that has this very class of tensors. */
function engineFile({ cache }: NodeJS.Require): string {
  const found = Object.keys(cache).find((file) => {
    const exported: unknown = cache[file]?.exports;
    return file.includes(join('@tensorflow', 'tfjs') + sep) && hasTensor(exported) && exported.Tensor === tf.Tensor;
  });
  if (found === undefined) throw new Error('cannot tell where @tensorflow/tfjs lies; is it bundled?');
  return realpathSync(found);
}

/** The folder of a package, from one of its files. */
function folderOf(file: string, name: string): string {
  const inside = join(...name.split('/')) + sep;
  const end = file.lastIndexOf(inside) + inside.length - 1;
  if (end < inside.length - 1) throw new Error(`${name} has no folder of its own at ${file}`);
  return file.slice(0, end);
}

function hasTensor(exported: unknown): exported is { readonly Tensor: unknown } {
  return typeof exported === 'object' && exported !== null && 'Tensor' in exported;
}

async function loadStock(): Promise<string> {
  try {
    await import(stockPackage);
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    const missing = /cannot find (module|package) '@tensorflow\/tfjs-node-gpu'/iu.test(line ?? '');
    throw new Error(missing ? `${stockPackage} is not installed` : `${stockPackage} does not load: ${line}`, {
      cause: error,
    });
  }
  return stockPackage;
}
