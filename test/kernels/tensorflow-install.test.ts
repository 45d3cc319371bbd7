/** Building libtensorflow: what it says before, where it builds, and the one line of every step that fails. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cudaLibraries, downloadsFor, wheels } from '../../kernels/backends/tensorflow-downloads.js';
import { checkIntegrity, compilerArguments } from '../../kernels/backends/tensorflow-install.js';
import { buildsFolder, placeAt, placeOf } from '../../kernels/backends/tensorflow-place.js';
import { runCli } from '../support/io.js';

let home: string;
const environment = { ...process.env };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lin-rfm-'));
  process.env['LIN_RFM_HOME'] = home;
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  process.env = { ...environment };
});

const onLinux = process.platform === 'linux' && process.arch === 'x64' ? it : it.skip;

/** A PATH with these programs alone: names of true ones, or scripts. */
function pathOf(programs: Readonly<Record<string, string>>): string {
  const folder = join(home, 'bin');
  mkdirSync(folder);
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  symlinkSync('/bin/sh', join(folder, 'sh'));
  return folder;
}

it('builds in the folder that is asked for, else in the cache', () => {
  expect(buildsFolder({ LIN_RFM_HOME: '/a' })).toBe('/a');
  expect(buildsFolder({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'lin-rfm'));
  expect(buildsFolder({})).toBe(join(homedir(), '.cache', 'lin-rfm'));
  expect(placeOf('gpu').folder).not.toBe(placeOf('cpu').folder);
});

it.each([
  [[], 'tensorflow-cpu 2.18.1, 230.2 MB'],
  [['--gpu'], 'nvidia-cudnn-cu12 9.3.0.75, 577.2 MB'],
])('says what it would download, and does nothing, with --dry-run %p', async (more, line) => {
  const { code, stdout } = await runCli(['backends', '--install', 'tensorflow', '--dry-run', ...more]);
  expect(code).toBe(0);
  expect(stdout).toContain(line);
  const total = downloadsFor(more.length === 0 ? 'cpu' : 'gpu').reduce((sum, { megabytes }) => sum + megabytes, 0);
  expect(stdout).toContain(`downloads ${total.toFixed(0)} MB`);
  expect(readdirSync(home)).toEqual([]);
});

it('knows a checksum of every wheel', () => {
  for (const { sha256 } of [...wheels.cpu, ...wheels.gpu]) expect(sha256).toMatch(/^[0-9a-f]{64}$/u);
});

it('refuses a package whose checksum is another', () => {
  const contents = Buffer.from('package');
  const integrity = `sha512-${createHash('sha512').update(contents).digest('base64')}`;
  expect(() => checkIntegrity('p@1', contents, integrity)).not.toThrow();
  expect(() => checkIntegrity('p@1', Buffer.from('other'), integrity)).toThrow(/p@1 has checksum sha512-.*, expected/u);
});

onLinux.each([
  [{}, /no C\+\+ compiler found \(tried c\+\+, g\+\+, clang\+\+\); install one/u],
  [{ 'c++': 'exit 0' }, /looking for pip failed: .*; install Python 3 with pip/u],
  [{ 'c++': 'exit 0', python3: 'echo No module named pip >&2; exit 1' }, /No module named pip; install Python 3/u],
  [
    { 'c++': 'exit 0', python3: 'case "$*" in *download*) echo "ERROR: no such host" >&2; exit 1;; esac' },
    /pip download failed: ERROR: no such host; check the network/u,
  ],
])('says in one line which step failed, and leaves nothing behind, with programs %p', async (programs, line) => {
  process.env['PATH'] = pathOf(programs);
  delete process.env['CXX'];
  delete process.env['PYTHON'];
  const { code, stderr } = await runCli(['backends', '--install', 'tensorflow']);
  expect(code).toBe(2);
  expect(stderr.trim().split('\n').at(-1)).toMatch(line);
  expect(readdirSync(home)).toEqual(['bin']);
});

it('does not build twice, and removes what it built together with what a killed build left', async () => {
  const { folder, record } = placeOf('cpu');
  mkdirSync(folder);
  mkdirSync(`${folder}-building-x`);
  writeFileSync(record, '{}');
  writeFileSync(join(home, 'other'), '');
  const again = await runCli(['backends', '--install', 'tensorflow']);
  expect([again.code, again.stderr]).toEqual([0, `it is there already: ${folder}\n`]);
  const removal = await runCli(['backends', '--uninstall', 'tensorflow']);
  expect(removal.stdout).toBe(`removed ${folder}\nremoved ${folder}-building-x\n`);
  expect(readdirSync(home)).toEqual(['other']);
  expect((await runCli(['backends', '--uninstall', 'tensorflow'])).stdout).toBe('nothing was installed\n');
});

it.each([
  [['--gpu'], '--gpu: expected --install tensorflow beside it, got none'],
  [['--install', 'webgl'], '--install: expected one of tensorflow, got webgl'],
])('refuses %p', async (words, line) => {
  const { code, stderr } = await runCli(['backends', ...words]);
  expect([code, stderr]).toEqual([2, `${line}\n`]);
});

it('fails with --require where the backend is missing, and only there', async () => {
  expect((await runCli(['backends', '--require', 'cpu'])).code).toBe(0);
  process.env['LIN_RFM_HOME'] = join(home, 'empty');
  const reports = JSON.parse((await runCli(['backends', '--json'])).stdout) as { name: string; works: boolean }[];
  const { code, stderr } = await runCli(['backends', '--require', 'tensorflow']);
  const works = reports.find(({ name }) => name === 'tensorflow')?.works;
  expect(code).toBe(works === true ? 0 : 2);
  if (works !== true)
    expect(stderr).toMatch(/^backend tensorflow: [^\n]*; lin-rfm backends --install tensorflow[^\n]*\n$/u);
});

/** The link for CUDA needs no GPU: libraries of the right names, however empty, show that each would be found. */
onLinux('links the addon to every CUDA library, found from its own folder', () => {
  const compiler = ['c++', 'g++', 'clang++'].find((name) => {
    try {
      return execFileSync(name, ['--version'], { stdio: 'ignore' }) === null || true;
    } catch {
      return false;
    }
  });
  if (compiler === undefined) {
    process.stdout.write('skipped: no C++ compiler\n');
    return;
  }
  const place = placeAt('gpu', home);
  const empty = join(home, 'empty.cc');
  writeFileSync(empty, '');
  const libraries = [
    ['tensorflow', 'libtensorflow_cc.so.2'],
    ['tensorflow', 'libtensorflow_framework.so.2'],
    ...Object.entries(cudaLibraries).flatMap(([name, files]) => files.map((file) => [`nvidia/${name}/lib`, file])),
  ] as [string, string][];
  for (const [folder, file] of libraries) {
    mkdirSync(join(place.site, folder), { recursive: true });
    const out = join(place.site, folder, file);
    execFileSync(compiler, ['-shared', '-fPIC', `-Wl,-soname,${file}`, empty, '-o', out]);
  }
  const words = compilerArguments('gpu', place, { addon: home, headers: home, protobuf: home });
  const sources = words
    .map((word) => (word.endsWith('.cc') ? empty : word))
    .filter((word, k, all) => all.indexOf(word) === k);
  execFileSync(compiler, sources);
  expect(existsSync(place.addon)).toBe(true);
  const resolved = execFileSync('ldd', [place.addon], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } });
  for (const [folder, file] of libraries) expect(resolved).toContain(`${file} => ${join(place.site, folder, file)}`);
});
