import { posix } from 'node:path';
import { isTest, type Module } from './modules.ts';

/** The folders and top-level files that ARCHITECTURE.md's map names: lines such as "- `src/oci/`: …". */
function mapped(architecture: string): string[] {
  return [...architecture.matchAll(/^ *[-|] *`(src\/[^`]*)`/gm)].map(([, path = '']) => path);
}

/** Every folder that holds a module, with the folders above it, and the files that stand directly in src/. */
export function existing(modules: readonly Module[]): string[] {
  const found = new Set<string>();
  for (const { path } of modules) {
    if (posix.dirname(path) === 'src' && !isTest(path)) found.add(path);
    for (
      let folder = posix.dirname(path);
      folder !== 'src' && folder !== '.';
      folder = posix.dirname(folder)
    ) {
      found.add(`${folder}/`);
    }
  }
  return [...found].sort();
}

export function mapViolations(modules: readonly Module[], architecture: string): string[] {
  const [map, tree] = [mapped(architecture), existing(modules)];
  return [
    ...tree.filter((path) => !map.includes(path)).map((path) => `${path} is missing in ARCHITECTURE.md`),
    ...map
      .filter((path) => !tree.includes(path))
      .map((path) => `${path} is in ARCHITECTURE.md and does not exist`),
    ...map.filter((path, i) => map.indexOf(path) !== i).map((path) => `${path} is in ARCHITECTURE.md twice`),
  ];
}

const nothings: readonly string[] = ['util', 'helper', 'common', 'shared', 'lib', 'type', 'misc'];

/** Folders and files named after nothing: what is in them has a noun, and a room that handles it. */
export function nameViolations(modules: readonly Module[]): string[] {
  return modules
    .map(({ path }) => path)
    .filter((path) => path.split('/').some((part) => nothings.includes(part.replace(/s?(\.tsx?)?$/, ''))));
}
