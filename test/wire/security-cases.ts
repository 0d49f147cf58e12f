import { type ESTree, Visitor } from 'vite';
import type { Module } from '../architecture/modules.ts';

/** One or several ids at the beginning of a name, before a colon or the end. */
const beginning = /^(?:(?:S-\d{3}|G-\d{2})(?:,? |(?=:|$)))+/;

/** The ids with which names of tests and of groups of tests begin, and those in the tables that tests are made from. */
export function namedCases(modules: readonly Module[]): Set<string> {
  const found = new Set<string>();
  const add = (text: string) => {
    for (const [id] of (beginning.exec(text)?.[0] ?? '').matchAll(/[SG]-\d+/g)) found.add(id);
  };
  for (const { program } of modules) {
    new Visitor({
      CallExpression: (node) => {
        if (isTestFunction(node.callee)) add(textOf(node.arguments[0]));
      },
      ArrayExpression: ({ elements }) => {
        for (const element of elements) {
          const text = textOf(element ?? undefined);
          if (/^[SG]-\d+.*?: /.test(text)) add(text);
        }
      },
    }).visit(program);
  }
  return found;
}

function textOf(node: ESTree.Node | undefined): string {
  if (node?.type === 'Literal') return String(node.value);
  return node?.type === 'TemplateLiteral' ? (node.quasis[0]?.value.raw ?? '') : '';
}

function isTestFunction(callee: ESTree.Node): boolean {
  if (callee.type === 'Identifier') return ['test', 'it', 'describe'].includes(callee.name);
  if (callee.type === 'MemberExpression') return isTestFunction(callee.object);
  return callee.type === 'CallExpression' && isTestFunction(callee.callee);
}
