/** What 'auto' tries, by the size of the problem and what there is. */
import { candidatesFor, leastObservationsForGpu } from '../../kernels/backends/automatic.js';
import type { BackendReport } from '../../kernels/backends/index.js';
import { backendFailure } from '../../kernels/backends/failure.js';
import { BackendError } from '../../kernels/errors.js';
import { reportBackends, useBackend } from '../../src/index.js';

const large = { observations: leastObservationsForGpu };
const namesFor = (hint: Parameters<typeof candidatesFor>[0]): string[] => candidatesFor(hint).map(({ name }) => name);

it('a small problem, or one of unknown size, stays on the CPU', () => {
  expect(namesFor({})).toEqual(['wasm', 'tensorflow', 'cpu']);
  expect(namesFor({ observations: leastObservationsForGpu - 1 })).toEqual(['wasm', 'tensorflow', 'cpu']);
});

it('a large one tries GPUs first, CUDA before WebGPU', () => {
  expect(namesFor(large)).toEqual(['tensorflow', 'webgpu', 'wasm', 'tensorflow', 'cpu']);
  expect(candidatesFor(large)[0]?.why).toMatch(/^1000000 observations, at least 1000000 \(estimated\): a GPU pays/u);
});

it('what has failed is passed over', () => {
  expect(namesFor({ ...large, failed: ['tensorflow', 'wasm'] })).toEqual(['webgpu', 'cpu']);
});

it('takes a GPU, never software that imitates one, nor libtensorflow without one', () => {
  const report: BackendReport = { name: 'webgpu', works: true, device: '', float64: false };
  const [tensorflow, webgpu, wasm] = candidatesFor(large);
  for (const candidate of [tensorflow, webgpu]) {
    expect(candidate?.accepts({ ...report, processor: 'GPU' })).toBe(true);
    expect(candidate?.accepts({ ...report, processor: 'software GPU' })).toBe(false);
    expect(candidate?.accepts({ ...report, processor: 'CPU' })).toBe(false);
  }
  expect(wasm?.accepts({ ...report, processor: 'CPU' })).toBe(true);
});

it('useBackend takes the first that fits and says why; a name needs no reason', async () => {
  const gpu = (await reportBackends()).find(({ processor }) => processor === 'GPU');
  const report = await useBackend('auto', large);
  expect(report.name).toBe(gpu?.name ?? 'wasm');
  expect(report.why).toContain('1000000 observations');
  const next = await useBackend('auto', { failed: ['wasm', 'tensorflow'] });
  expect(next).toMatchObject({ name: 'cpu', why: 'the only backend that is left' });
  await expect(useBackend('auto', { failed: ['wasm', 'tensorflow', 'cpu'] })).rejects.toThrow(BackendError);
  expect((await useBackend('wasm')).why).toBeUndefined();
});

it('a GPU in software is reported as such', async () => {
  const webgpu = (await reportBackends()).find(({ name }) => name === 'webgpu');
  if (webgpu?.works !== true) process.stdout.write(`skipped: webgpu is absent: ${webgpu?.reason}\n`);
  else expect(webgpu.processor).toBe(/swiftshader/iu.test(webgpu.device) ? 'software GPU' : 'GPU');
});

it('only failures of a backend count as such', () => {
  expect(backendFailure(new RangeError('Array buffer allocation failed'), 'cpu')?.message).toBe(
    'backend cpu: out of memory: Array buffer allocation failed; use another --backend, or a smaller problem',
  );
  expect(backendFailure(new TypeError('x is undefined'), 'cpu')).toBeUndefined();
  expect(backendFailure('text', 'cpu')).toBeUndefined();
});
