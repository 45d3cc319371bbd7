import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Forbids imports by path pattern, with the reason. */
const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([regex, message]) => ({ regex, message })) }],
});

const tensorflow = ['^@tensorflow/', 'data/ knows no TensorFlow.js'];
const tables = ['/(cli|report|figures)/', 'solvers know no files, flags or pages'];
const files = ['/data/formats/', 'only cli/ and index.ts read and write files'];

export default tseslint.config(
  { ignores: ['dist/', 'output/', 'coverage/', 'kernels/**/*assembly.ts', 'kernels/assembly/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      'max-lines': ['error', { max: 300 }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'export by name' },
        { selector: 'TSAsExpression > TSAsExpression', message: 'no double casts' },
      ],
    },
  },
  // The layers: each may import what is below it and nothing above.
  { files: ['kernels/**/*.ts'], rules: forbid(['/src/', 'kernels/ imports nothing of src/']) },
  {
    files: ['src/data/**/*.ts'],
    rules: forbid(tensorflow, [
      '\\.\\./(\\.\\./)?(solvers|linalg|cli|report|problem|complete)',
      'data/ is at the bottom',
    ]),
  },
  { files: ['src/linalg/**/*.ts'], rules: forbid(tables, files, ['/solvers/', 'linalg/ is below solvers/']) },
  { files: ['src/solvers/**/*.ts', 'src/problem.ts', 'src/complete.ts'], rules: forbid(tables, files) },
  { files: ['src/report/**/*.ts'], rules: forbid(['/cli/', 'report/ is below cli/'], tensorflow) },
  {
    files: ['src/{solvers,linalg,data,report,figures,benchmark}/**/*.ts', 'src/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'export by name' },
        { selector: 'TSAsExpression > TSAsExpression', message: 'no double casts' },
        {
          selector: 'Literal[value=/^(wasm|webgpu|tensorflow)$/]',
          message: 'backend names belong to kernels/backends',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', Buffer: 'readonly', require: 'readonly', module: 'writable' } },
  },
);
