import { type ESTree, Visitor } from 'vite';
import type { Module } from '../architecture/modules.ts';

/** One or several ids at the beginning of a name, before a colon or the end. */
const beginning = /^(?:(?:S-\d{3}|G-\d{2})(?:,? |(?=:|$)))+/;

/** The ids with which names of tests and of groups of tests begin. */
export function namedCases(modules: readonly Module[]): Set<string> {
  const found = new Set<string>();
  for (const { program } of modules) {
    new Visitor({
      CallExpression: (node) => {
        if (!isTestFunction(node.callee)) return;
        const [ids] = beginning.exec(textOf(node.arguments[0])) ?? [];
        for (const [id] of (ids ?? '').matchAll(/[SG]-\d+/g)) found.add(id);
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
