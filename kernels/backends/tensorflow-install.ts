/**
 * Builds tfjs-node's addon against the libraries inside the wheel of tensorflow or tensorflow-cpu: a libtensorflow for
 * CUDA 12 and today's Node, where the stock package has one for CUDA 11.2. Node only.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackendError } from '../errors.js';
import { cudaLibraries, downloadsFor, npmPackages, wheels } from './tensorflow-downloads.js';
import type { NpmPackage } from './tensorflow-downloads.js';
import { placeAt, placeOf, readRecord, tensorflowVersion } from './tensorflow-place.js';
import type { TensorflowDevice, TensorflowPlace, TensorflowRecord } from './tensorflow-place.js';

/** Gigabytes on disk once built, and while building. */
const disk: Readonly<Record<TensorflowDevice, string>> = { cpu: '0.7 GB', gpu: '5 GB' };

/** What an install will do, for the user to read before it is done. */
export function describeInstall(device: TensorflowDevice): string {
  const downloads = downloadsFor(device);
  const total = downloads.reduce((sum, { megabytes }) => sum + megabytes, 0);
  const lines = downloads.map(({ name, version, megabytes }) => `  ${name} ${version}, ${megabytes} MB`);
  return [
    `libtensorflow ${tensorflowVersion} ${device === 'gpu' ? 'with CUDA 12' : 'for the CPU'}, into ${placeOf(device).folder}`,
    `downloads ${total.toFixed(0)} MB, takes about ${disk[device]} on disk:`,
    ...lines,
    '',
  ].join('\n');
}

/**
 * Builds unless it was built before.
 * @param report Gets one line before every step.
 * @throws BackendError which step failed, and what to do.
 */
export async function installTensorflow(
  device: TensorflowDevice,
  report: (line: string) => void,
): Promise<TensorflowPlace> {
  const place = placeOf(device);
  if (readRecord(place) !== undefined) {
    report(`it is there already: ${place.folder}`);
    return place;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw failure(
      `the wheels used are for Linux on x64, this is ${process.platform} on ${process.arch}`,
      'use --backend wasm',
    );
  }
  const compiler = await findCompiler();
  await mkdir(dirname(place.folder), { recursive: true });
  // Beside its final place, so that a half-built folder never stands under that name.
  const work = await mkdtemp(`${place.folder}-building-`);
  try {
    const built = placeAt(device, work);
    const sources = join(work, 'sources');
    await mkdir(sources);
    report('downloading the wheels');
    const files = await fetchWheels(device, join(work, 'wheels'));
    report('unpacking the libraries');
    await unpackWheels(join(work, 'wheels'), built.site);
    report("downloading tfjs-node's addon");
    const packages = await fetchPackages(sources);
    report(`compiling the addon with ${compiler}`);
    await compile(compiler, device, built, packages);
    await layOutModules(built, packages);
    const folders = [sources, join(work, 'wheels'), join(built.site, 'tensorflow', 'include')];
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    report('trying it');
    await tryAddon(built);
    const record: TensorflowRecord = { tensorflow: tensorflowVersion, device, files };
    await writeFile(built.record, `${JSON.stringify(record, undefined, 2)}\n`);
    await rm(place.folder, { recursive: true, force: true });
    await rename(work, place.folder);
    return place;
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Removes what was built.
 * @returns The folders that were there.
 */
export async function uninstallTensorflow(): Promise<string[]> {
  const folders = (['cpu', 'gpu'] as const).map((device) => placeOf(device).folder);
  const removed: string[] = [];
  for (const folder of folders) {
    const parent = await readdir(dirname(folder)).catch(() => []);
    // Left behind by an install that was killed.
    const ours = parent.filter((name) => name === basename(folder) || name.startsWith(`${basename(folder)}-building-`));
    for (const name of ours) {
      await rm(join(dirname(folder), name), { recursive: true });
      removed.push(join(dirname(folder), name));
    }
  }
  return removed;
}

function failure(reason: string, remedy: string): BackendError {
  return new BackendError('tensorflow', reason, remedy);
}

/** Runs a program. @throws BackendError with the last line it wrote. */
function runTool(program: string, parameters: readonly string[], step: string, remedy: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...parameters], { env: process.env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const lines = `${stdout}\n${stderr}`.trim().split('\n');
      const told = lines.findLast((line) => /error/iu.test(line)) ?? lines.at(-1) ?? '';
      const detail = told.trim() === '' || 'code' in error === false ? error.message : told.trim();
      reject(failure(`${step} failed: ${(detail.split('\n')[0] ?? '').slice(0, 300)}`, remedy));
    });
  });
}

const python = (): string => process.env['PYTHON'] ?? 'python3';

async function findCompiler(): Promise<string> {
  const named = process.env['CXX'];
  const candidates = named === undefined || named === '' ? ['c++', 'g++', 'clang++'] : [named];
  const remedy = 'install one (Debian, Ubuntu: apt-get install g++) or name it in the variable CXX';
  for (const candidate of candidates) {
    const works = await runTool(candidate, ['--version'], '', '').catch(() => undefined);
    if (works !== undefined) return candidate;
  }
  throw failure(`no C++ compiler found (tried ${candidates.join(', ')})`, remedy);
}

/** By pip, which checks every file against its sha256. @returns sha256 by package. */
async function fetchWheels(device: TensorflowDevice, folder: string): Promise<Record<string, string>> {
  const remedy = 'install Python 3 with pip (Debian, Ubuntu: apt-get install python3-pip) or name a Python in PYTHON';
  await runTool(python(), ['-m', 'pip', '--version'], 'looking for pip', remedy);
  await mkdir(folder);
  const requirements = join(folder, 'requirements.txt');
  const lines = wheels[device].map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`);
  await writeFile(requirements, lines.join(''));
  // The libraries inside do not depend on the version of Python: any wheel serves, and this one is pinned.
  const target = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];
  const platforms = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap((tag) => ['--platform', tag]);
  const options = ['--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps', '--only-binary=:all:'];
  await runTool(
    python(),
    [
      '-m',
      'pip',
      'download',
      ...options,
      ...target,
      ...platforms,
      '--require-hashes',
      '-d',
      folder,
      '-r',
      requirements,
    ],
    'pip download',
    'check the network and the free disk space, then run the command again',
  );
  return Object.fromEntries(wheels[device].map(({ name, version, sha256 }) => [`${name} ${version}`, sha256]));
}

/** Takes from the wheels the libraries, and the headers that the addon includes. */
const unpackScript = `
import os, sys, zipfile
folder, site = sys.argv[1:]
inc = "tensorflow/include/"
heads = tuple(inc + p for p in ("tensorflow/c/", "tensorflow/core/platform/", "tensorflow/tsl/", "tsl/", "xla/tsl/"))
for name in sorted(os.listdir(folder)):
    if not name.endswith(".whl"): continue
    path = os.path.join(folder, name)
    with zipfile.ZipFile(path) as wheel:
        for entry in wheel.namelist():
            library = entry.startswith("tensorflow/libtensorflow_") or entry.startswith("nvidia/") and ".so" in entry
            if library or entry.startswith(heads): wheel.extract(entry, site)
    os.remove(path)
`;

async function unpackWheels(folder: string, site: string): Promise<void> {
  await runTool(python(), ['-c', unpackScript, folder, site], 'unpacking the wheels', 'free some disk space');
  // Newer releases have moved a header that the addon includes.
  const include = join(site, 'tensorflow', 'include', 'tensorflow', 'core', 'platform');
  const header = join(include, 'ctstring_internal.h');
  const isThere = await readFile(header).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(include, { recursive: true });
  await writeFile(
    header,
    `#if __has_include("xla/tsl/platform/ctstring_internal.h")
#include "xla/tsl/platform/ctstring_internal.h"
#else
#include "tsl/platform/ctstring_internal.h"
#endif
`,
  );
}

type Sources = Readonly<Record<keyof typeof npmPackages, string>>;

/** @returns The unpacked packages' folders. */
async function fetchPackages(folder: string): Promise<Sources> {
  const unpacked: Partial<Record<keyof typeof npmPackages, string>> = {};
  const fetchOne = async (what: string, { name, version, integrity }: NpmPackage): Promise<string> => {
    const target = join(folder, what);
    await mkdir(target);
    const remedy = 'check that npm is there and reaches its registry, then run the command again';
    const specifier = `${name}@${version}`;
    await runTool('npm', ['pack', '--silent', specifier, '--pack-destination', target], `npm pack ${name}`, remedy);
    const [archive = ''] = await readdir(target);
    const path = join(target, archive);
    checkIntegrity(specifier, await readFile(path), integrity);
    await runTool(python(), ['-m', 'tarfile', '-e', path, target], `unpacking ${name}`, 'free some disk space');
    return join(target, 'package');
  };
  for (const what of ['addon', 'protobuf', 'headers'] as const)
    unpacked[what] = await fetchOne(what, npmPackages[what]);
  return unpacked as Sources;
}

/** @throws BackendError where a file is not the one that was meant. */
export function checkIntegrity(name: string, contents: Uint8Array, integrity: string): void {
  const actual = `sha512-${createHash('sha512').update(contents).digest('base64')}`;
  if (actual === integrity) return;
  throw failure(`${name} has checksum ${actual}, expected ${integrity}`, 'do not use it; check the npm registry');
}

/** The compiler's arguments. Libraries are found beside the addon, wherever the folder is moved. */
export function compilerArguments(device: TensorflowDevice, place: TensorflowPlace, sources: Sources): string[] {
  const nvidia = device === 'gpu' ? Object.entries(cudaLibraries) : [];
  const folders = ['tensorflow', ...nvidia.map(([name]) => `nvidia/${name}/lib`)];
  const libraries = [
    ...['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
    ...nvidia.flatMap(([, names]) => names),
  ];
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
    ...[`-I${join(sources.headers, 'include')}`, `-I${join(place.site, 'tensorflow', 'include')}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources.addon, 'binding', name)),
    '-Wl,--no-as-needed',
    ...folders.flatMap((name) => [`-L${join(place.site, name)}`, `-Wl,-rpath,$ORIGIN/site/${name}`]),
    ...libraries.map((name) => `-l:${name}`),
    ...['-o', place.addon],
  ];
}

async function compile(
  compiler: string,
  device: TensorflowDevice,
  place: TensorflowPlace,
  sources: Sources,
): Promise<void> {
  const remedy = 'a compiler with C++17 and a C library of glibc 2.17 or newer are needed; another is named by CXX';
  await runTool(compiler, compilerArguments(device, place, sources), 'compiling the addon', remedy);
}

async function layOutModules(place: TensorflowPlace, sources: Sources): Promise<void> {
  await mkdir(dirname(place.nodePackage), { recursive: true });
  await rename(sources.addon, place.nodePackage);
  await rename(sources.protobuf, join(place.folder, 'node_modules', npmPackages.protobuf.name));
}

/** In a process of its own: a library that is wrong for this machine would take this one down. */
async function tryAddon({ addon }: TensorflowPlace): Promise<void> {
  const script = `const { TF_Version } = require(${JSON.stringify(addon)}); if (!TF_Version) process.exit(1);`;
  const remedy = 'the wheels need glibc 2.17 or newer and a processor with AVX; use --backend wasm';
  await runTool(process.execPath, ['-e', script], 'loading the addon', remedy);
}
