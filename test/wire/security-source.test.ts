import { readFileSync } from 'node:fs';
import { type ESTree, Visitor } from 'vite';
import { expect, test } from 'vitest';
import { isTest, type Module, planted, readModules } from '../architecture/modules.ts';

/** What no request can show: rules about the program's own text. */
const program = readModules('src').filter(({ path }) => !isTest(path));

/** Places of nodes that `wrong` finds something wrong with; outside functions nothing of a request is at hand. */
function findings(
  modules: readonly Module[],
  wrong: (node: ESTree.Node, inFunction: boolean) => boolean,
): string[] {
  return modules.flatMap(({ path, text, program: tree }) => {
    const found: string[] = [];
    let depth = 0;
    const look = (node: ESTree.Node) => {
      if (wrong(node, depth > 0)) found.push(`${path}: ${text.slice(node.start, node.end).split('\n')[0]}`);
    };
    const enter = () => (depth += 1);
    const leave = () => (depth -= 1);
    new Visitor({
      CallExpression: look,
      BinaryExpression: look,
      FunctionDeclaration: enter,
      'FunctionDeclaration:exit': leave,
      FunctionExpression: enter,
      'FunctionExpression:exit': leave,
      ArrowFunctionExpression: enter,
      'ArrowFunctionExpression:exit': leave,
    }).visit(tree);
    return found;
  });
}

const nameOf = (node: ESTree.Node): string => {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return '';
  return `${nameOf(node.object)}.${nameOf(node.property)}`;
};

const secretName = /(?:secret|token|password|signature|csrf|mac|hash)$/i;
/** What a database or a hash function says of itself, not what somebody sent. */
const harmlessName = /known\.stored|idHash$/;

const comparesSecrets = (node: ESTree.Node): boolean => {
  if (node.type !== 'BinaryExpression' || !['===', '!==', '==', '!='].includes(node.operator)) return false;
  const sides = [node.left, node.right];
  if (sides.some(({ type }) => type === 'Literal' || type === 'TemplateLiteral')) return false;
  if (sides.some((side) => side.type === 'Identifier' && side.name === 'undefined')) return false;
  if (sides.some(({ type }) => type === 'UnaryExpression')) return false;
  return sides.some((side) => secretName.test(nameOf(side)) && !harmlessName.test(nameOf(side)));
};

test('S-023, S-052: secrets are never compared with ===', () => {
  expect(findings(planted({ 'src/a.ts': 'const ok = row.secret === given;' }), comparesSecrets)).toHaveLength(
    1,
  );
  expect(findings(program, comparesSecrets)).toEqual([]);
});

/** Statements are constants, or templates whose values travel beside them. */
const buildsSql = (node: ESTree.Node, inFunction: boolean): boolean => {
  if (node.type !== 'CallExpression') return false;
  const called = nameOf(node.callee);
  const [text] = node.arguments;
  if (/^sql\.(?:raw|lit|literal)$/.test(called)) return inFunction && !isWholeNumber(text);
  if (called === 'statement') return inFunction;
  if (!/(?:^|\.)query$/.test(called) || !text) return false;
  return text.type === 'BinaryExpression' || hasParts(text);
};

/** `String(Math.trunc(n))` has digits, a sign and perhaps an exponent, whatever n is. */
function isWholeNumber(node: ESTree.Node | undefined): boolean {
  const number = node?.type === 'CallExpression' && nameOf(node.callee) === 'String' && node.arguments[0];
  return (
    typeof number === 'object' && number.type === 'CallExpression' && nameOf(number.callee) === 'Math.trunc'
  );
}

const hasParts = (node: ESTree.Node): boolean =>
  node.type === 'TemplateLiteral' && node.expressions.length > 0;

/** Whole files whose statements cannot have parameters: what makes databases, and names of months as partitions. */
const makesTables =
  /^src\/(?:database\/(?:embedded|migrate|migrations\/|listen)|features\/audit\/(?:upkeep|audit\.store))/;

test('S-051: no statement is put together from texts', () => {
  const bad = 'client.query(`select ${name}`); () => sql.raw(name); () => statement("a", text);';

  expect(findings(planted({ 'src/a.ts': bad }), buildsSql)).toHaveLength(3);
  expect(
    findings(
      program.filter(({ path }) => !makesTables.test(path)),
      buildsSql,
    ),
  ).toEqual([]);
});

test('G-67: other programs are started by the keeper of the database alone, and never through a shell', () => {
  const starters = program.filter(({ imports }) =>
    imports.some(({ specifier }) => /^(?:node:)?child_process$/.test(specifier)),
  );

  const theirs = (path: string) => path.startsWith('src/database/embedded');
  expect(starters.some(({ path }) => theirs(path))).toBe(true);
  expect(starters.map(({ path }) => path).filter((path) => !theirs(path))).toEqual([]);
  for (const { text } of starters) expect(text).not.toMatch(/shell:|import \{[^}]*\bexec(?:Sync)?\b/);
});

test('S-097: whoever calls somewhere else is known', () => {
  const network = /^(?:node:)?(?:http|https|net|tls|dgram|http2)$|^undici$/;
  const calls = /\bconnect\(|\brequest\(|createSocket\(|\bfetch\(/;
  const places = new Set(
    program
      .filter(({ imports, text }) =>
        imports.some(({ specifier, typeOnly }) => network.test(specifier) && !typeOnly && calls.test(text)),
      )
      .map(({ path }) =>
        path
          .split('/')
          .slice(0, path.startsWith('src/features/') ? 3 : 2)
          .join('/'),
      ),
  );

  // The audit log goes to a syslog server that an administrator names; storage is the S3 client's.
  const known = ['src/features/audit', 'src/features/configuration', 'src/outgoing'];
  expect([...places].filter((place) => !known.includes(place))).toEqual([]);
  expect(program.filter(({ text }) => /(?<![.\w])fetch\(/.test(text)).map(({ path }) => path)).toEqual([]);
});

test('S-138: every package of the program is the one that was locked, by its hash', () => {
  const { packages } = JSON.parse(readFileSync(`${import.meta.dirname}/../../package-lock.json`, 'utf8')) as {
    packages: Record<
      string,
      { link?: boolean; dev?: boolean; integrity?: string; resolved?: string; inBundle?: boolean }
    >;
  };
  const installed = Object.entries(packages).filter(
    ([path, { link, dev }]) => /node_modules\//.test(path) && !link && !dev,
  );

  // Without an address the lock leaves it to npm's settings where it is fetched; the hash decides what is taken.
  const loose = installed.filter(
    ([, { integrity, resolved = 'https://', inBundle }]) =>
      !inBundle && (!integrity?.startsWith('sha512-') || !resolved.startsWith('https://')),
  );

  expect(installed.length).toBeGreaterThan(100);
  expect(loose.map(([path]) => path)).toEqual([]);
});
