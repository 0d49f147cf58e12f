import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor, type ESTree } from 'vite';

/** One source file, as the rules of this folder see it. Paths are relative to the root: `src/oci/digest.ts`. */
export interface Module {
  path: string;
  text: string;
  imports: Import[];
  program: ESTree.Program;
}

export interface Import {
  /** As written: `#src/oci/digest.ts`, `./digest.ts`, `pg`. */
  specifier: string;
  /** The file it names, when it is one of ours. */
  file: string | undefined;
  /** `import type` and `export type`: nothing of it is left at run time. `import { type X }` still loads the file. */
  typeOnly: boolean;
}

const root = `${import.meta.dirname}/../..`;

/** Every TypeScript file below `folder` ("src"), declarations aside. */
export function readModules(folder: string): Module[] {
  return globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root })
    .filter((path) => !path.includes('node_modules') && !path.includes('/dist/') && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => parseModule(path, readFileSync(`${root}/${path}`, 'utf8')));
}

/** For self tests: the violations planted in a tree that exists only as text. */
export function planted(tree: Record<string, string>): Module[] {
  return Object.entries(tree).map(([path, text]) => parseModule(path, text));
}

function parseModule(path: string, text: string): Module {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) =>
    imports.push({ specifier, file: fileOf(path, specifier), typeOnly });
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.source.value, node.exportKind === 'type');
    },
    ImportExpression: (node) => {
      if (node.source.type === 'Literal') add(String(node.source.value), false);
    },
    TSImportType: (node) => add(node.source.value, true),
  }).visit(program);
  return { path, text, imports, program };
}

function fileOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  return undefined;
}

/** Tests, driver suites and fixtures may reach anywhere; the rules are about what the program itself imports. */
export function isTest(path: string): boolean {
  return /\.(test|suite|fixture)\.tsx?$/.test(path);
}

/** `src/oci/digest.ts` is in `oci`, `src/main.ts` in `main.ts`, `src/features/quotas/index.ts` in `features/quotas`. */
export function roomOf(path: string): string {
  const [, first = '', second = '', third] = path.split('/');
  return first === 'features' && third !== undefined ? `features/${second}` : first;
}
