import { Visitor, type ESTree } from 'vite';
import type { Module } from './modules.ts';

export interface TestCall {
  path: string;
  name: string;
  lines: number;
}

/** Every `test(…)`, `test.each(…)(…)`, `test.runIf(…)(…)` with the length of its function. */
export function testCalls(modules: readonly Module[]): TestCall[] {
  return modules.flatMap(({ path, text, program }) => {
    const found: TestCall[] = [];
    new Visitor({
      CallExpression: (node) => {
        const [name, ...others] = node.arguments;
        const body = others.find(isFunction);
        if (!isTestFunction(node.callee) || name === undefined || body === undefined) return;
        const lines = text.slice(body.start, body.end).split('\n').length;
        found.push({ path, name: text.slice(name.start, name.end), lines });
      },
    }).visit(program);
    return found;
  });
}

/** Past this a test shows more than one behaviour, or hides its act among its arrangements. */
const limit = 60;

export function lengthViolations(calls: readonly TestCall[]): string[] {
  return calls
    .filter(({ lines }) => lines > limit)
    .map(({ path, name, lines }) => `${path}: ${name} has ${lines} lines, at most ${limit}`);
}

function isFunction(node: ESTree.Node): boolean {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

function isTestFunction(callee: ESTree.Node): boolean {
  if (callee.type === 'Identifier') return callee.name === 'test' || callee.name === 'it';
  if (callee.type === 'MemberExpression') return isTestFunction(callee.object);
  return callee.type === 'CallExpression' && isTestFunction(callee.callee);
}
