import { Visitor, type ESTree } from 'vite';
import { isTest, type Module } from './modules.ts';

/**
 * Module-level mutable state: a replica would disagree with its neighbour, tests that share a process would
 * disturb one another, and no signature would tell. Refused are `let` and `var`, `new` of anything that is not
 * known to be immutable, empty arrays and objects (what else than filling them could follow), changes of any
 * module-level constant, and static class fields that can change.
 */
export function stateViolations(modules: readonly Module[]): string[] {
  return modules
    .filter((module) => !isTest(module.path))
    .flatMap((module) =>
      [...declarations(module.program), ...changes(module.program)].map((what) => `${module.path}: ${what}`),
    );
}

/** AsyncLocalStorage holds nothing itself: it carries the request id for log lines. */
const immutable: readonly string[] = ['RegExp', 'URL', 'TextEncoder', 'TextDecoder', 'AsyncLocalStorage'];
const readonlyTypes = /^Readonly(Map|Set|Array)$/;

function declarations(program: ESTree.Program): string[] {
  return program.body.flatMap((statement) => {
    const declared = 'declaration' in statement && statement.declaration ? statement.declaration : statement;
    if (declared.type === 'ClassDeclaration') return staticFields(declared);
    if (declared.type !== 'VariableDeclaration' || declared.declare) return [];
    if (declared.kind !== 'const')
      return declared.declarations.map(({ id }) => `${declared.kind} ${named(id)}`);
    return declared.declarations.flatMap(({ id, init }) => {
      const reason = init && !isReadonly(id) ? mutable(init) : undefined;
      return reason === undefined ? [] : [`const ${named(id)} = ${reason}`];
    });
  });
}

function staticFields(declared: ESTree.Class): string[] {
  return declared.body.body.flatMap((member) => {
    if (member.type !== 'PropertyDefinition' || !member.static) return [];
    const reason = member.readonly ? member.value && mutable(member.value) : 'a field that is not readonly';
    return reason ? [`static field of ${declared.id?.name ?? 'a class'}: ${reason}`] : [];
  });
}

function mutable(init: ESTree.Expression): string | undefined {
  if (init.type === 'NewExpression') {
    const name = init.callee.type === 'Identifier' ? init.callee.name : 'something';
    return immutable.includes(name) ? undefined : `new ${name} without a Readonly… annotation`;
  }
  if (init.type === 'ArrayExpression' && init.elements.length === 0) return '[]';
  if (init.type === 'ObjectExpression' && init.properties.length === 0) return '{}';
  if (init.type === 'TSSatisfiesExpression') return mutable(init.expression);
  if (init.type === 'TSAsExpression' && !isConst(init.typeAnnotation)) return mutable(init.expression);
  return undefined;
}

function isConst(type: ESTree.TSType): boolean {
  return (
    type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'const'
  );
}

/** `const x: ReadonlyMap<…> = new Map(…)` and `readonly string[]`: the compiler refuses to change them. */
function isReadonly(id: ESTree.BindingPattern): boolean {
  const type = 'typeAnnotation' in id ? id.typeAnnotation?.typeAnnotation : undefined;
  if (type?.type === 'TSTypeOperator') return type.operator === 'readonly';
  return type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier'
    ? readonlyTypes.test(type.typeName.name)
    : false;
}

function named(id: ESTree.BindingPattern): string {
  return id.type === 'Identifier' ? id.name : 'a pattern';
}

const changing = /^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear)$/;

/** Writes to a module-level constant of arrays, objects and collections, wherever in the file they stand. */
function changes(program: ESTree.Program): string[] {
  const constants = literals(program);
  const found: string[] = [];
  const root = (node: ESTree.Node): string | undefined => {
    if (node.type === 'Identifier') return constants.has(node.name) ? node.name : undefined;
    return node.type === 'MemberExpression' ? root(node.object) : undefined;
  };
  const write = (node: ESTree.Node) => {
    const name = node.type === 'MemberExpression' ? root(node) : undefined;
    if (name !== undefined) found.push(`${name} is changed`);
  };
  new Visitor({
    AssignmentExpression: (node) => write(node.left),
    UpdateExpression: (node) => write(node.argument),
    UnaryExpression: (node) => {
      if (node.operator === 'delete') write(node.argument);
    },
    CallExpression: ({ callee }) => {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
      if (changing.test(callee.property.name)) write(callee);
    },
  }).visit(program);
  return found;
}

function literals(program: ESTree.Program): Set<string> {
  const names = new Set<string>();
  for (const statement of program.body) {
    const declared = 'declaration' in statement && statement.declaration ? statement.declaration : statement;
    if (declared.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declared.declarations) {
      const literal = init && ['ArrayExpression', 'ObjectExpression', 'NewExpression'].includes(init.type);
      if (id.type === 'Identifier' && literal) names.add(id.name);
    }
  }
  return names;
}
