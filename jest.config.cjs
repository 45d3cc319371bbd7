const { useSoftwareGpu } = require('./scripts/software-gpu.cjs');

// Before any worker starts: they inherit the environment.
useSoftwareGpu();
// Tests get a copy of the environment, which libtensorflow does not see: its own is set before they start.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

/** Tests run on the TypeScript sources; `npm run build` checks the types. */
module.exports = {
  testEnvironment: 'node',
  testEnvironmentOptions: { globalsCleanup: 'off' },
  roots: ['<rootDir>/test'],
  setupFiles: ['<rootDir>/test/setup.cjs'],
  // Whole solves take longer than a unit test, most of all when the machine is busy.
  testTimeout: 120000,
  testMatch: ['**/*.test.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // An ES module, which jest cannot load.
    '^webgpu$': '<rootDir>/test/support/webgpu.cjs',
  },
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          module: 'commonjs',
          moduleResolution: 'node10',
          target: 'ES2022',
          esModuleInterop: true,
          isolatedModules: true,
        },
      },
    ],
  },
};
