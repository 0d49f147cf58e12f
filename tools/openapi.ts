/**
 * `npm run openapi` writes openapi.json from the contracts; run it after changing one. With `--check` nothing is
 * written: the exit code is 1 when the file differs.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { version } from '#src/config/version.ts';
import { openApiOf } from '#src/http/openapi.ts';
import { routes } from '#test/support/routes.ts';

const file = `${import.meta.dirname}/../openapi.json`;

const text = `${JSON.stringify(openApiOf(routes, version), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== text) {
    console.error('openapi.json differs from the contracts: run `npm run openapi` and commit the file');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, text);
}
