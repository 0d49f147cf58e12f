import { expect, test } from 'vitest';
import { fileCycles, roomCycles } from './cycles.ts';
import { planted, readModules } from './modules.ts';

test.each(['src', 'portal/src'])('no file of %s imports itself by way of others', (folder) => {
  const modules = readModules(folder);

  expect(modules.length).toBeGreaterThan(100);
  expect(fileCycles(modules)).toEqual([]);
});

test('no room, and no feature, depends on itself by way of others', () => {
  const modules = readModules('src');

  expect(modules.length).toBeGreaterThan(100);
  expect(roomCycles(modules)).toEqual([]);
});

test('a circle of three files is found, also when one arrow is only a type', () => {
  const tree = planted({
    'src/oci/a.ts': "import { b } from './b.ts';",
    'src/oci/b.ts': "import type { C } from './c.ts';",
    'src/oci/c.ts': "export { a } from './a.ts';",
  });

  expect(fileCycles(tree)).toEqual(['src/oci/a.ts → src/oci/b.ts → src/oci/c.ts → src/oci/a.ts']);
});

test('two features that use each other are found though no file does', () => {
  const tree = planted({
    'src/features/a/index.ts': "import { b } from '#src/features/b/index.ts';",
    'src/features/b/index.ts': 'export const b = 1;',
    'src/features/b/b.ts': "import { a } from '#src/features/a/index.ts';",
  });

  expect(fileCycles(tree)).toEqual([]);
  expect(roomCycles(tree)).toEqual(['features/a → features/b → features/a']);
});
