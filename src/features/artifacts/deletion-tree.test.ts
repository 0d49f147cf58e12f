import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goingWith, type TreeNode } from './deletion-tree.ts';

const node = (id: number, given: Partial<TreeNode> = {}): TreeNode => ({
  id,
  digest: `d${id}`,
  subject: null,
  tagged: false,
  parents: [],
  ...given,
});

const goes = (roots: number[], nodes: TreeNode[]) => [...goingWith(roots, nodes)].sort((a, b) => a - b);

test('a tagged accessory goes with its subject, a tagged child of an index stays', () => {
  const nodes = [
    node(1),
    node(2, { subject: 'd1', tagged: true }),
    node(3, { parents: [1], tagged: true }),
    node(4, { parents: [1] }),
  ];

  expect(goes([1], nodes)).toEqual([1, 2, 4]);
});

test('a child that two going indexes name goes, also when they reach it at different depths', () => {
  const nodes = [node(1), node(2, { parents: [1] }), node(3, { parents: [1, 2] })];

  expect(goes([1], nodes)).toEqual([1, 2, 3]);
});

test('a root that an index names stays, unless the index goes too', () => {
  const nodes = [node(1), node(2, { parents: [1] })];

  expect(goes([2], nodes)).toEqual([]);
  expect(goes([2, 1], nodes)).toEqual([1, 2]);
});

test('a child that signs something that stays, stays', () => {
  const nodes = [node(1), node(2, { parents: [1], subject: 'd9' })];

  expect(goes([1], nodes)).toEqual([1]);
});

test('two that are accessories of each other do not go round for ever', () => {
  const nodes = [node(1, { subject: 'd2' }), node(2, { subject: 'd1' })];

  expect(goes([1], nodes)).toEqual([1, 2]);
});

test('a chain of 100,000 indexes is no deeper than a short one', () => {
  const nodes = Array.from({ length: 100_000 }, (_, id) => node(id, { parents: id === 0 ? [] : [id - 1] }));

  expect(goingWith([0], nodes).size).toBe(100_000);
});

test('property: it takes the same as asking every artifact again until nothing changes', () => {
  const graph = fc.integer({ min: 1, max: 9 }).chain((size) =>
    fc.tuple(
      fc.array(
        fc.record({
          tagged: fc.boolean(),
          subject: fc.option(fc.integer({ min: 0, max: size })),
          parents: fc.uniqueArray(fc.integer({ min: 0, max: size }), { maxLength: 3 }),
        }),
        { minLength: size, maxLength: size },
      ),
      fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { minLength: 1, maxLength: 2 }),
    ),
  );

  fc.assert(
    fc.property(graph, ([given, roots]) => {
      const nodes = given.map(({ tagged, subject, parents }, id) =>
        node(id, {
          tagged,
          subject: subject === null || subject === id ? null : `d${subject}`,
          // Children are pushed before their index, so their ids are lower.
          parents: parents.filter((parent) => parent > id),
        }),
      );
      expect(goes(roots, nodes)).toEqual(plainly(roots, nodes));
    }),
    { numRuns: 500 },
  );
});

function plainly(roots: number[], nodes: TreeNode[]): number[] {
  const going = new Set<number>();
  for (let before = -1; before < going.size; ) {
    before = going.size;
    for (const { id, subject, tagged, parents } of nodes) {
      const held = parents.some((parent) => !going.has(parent));
      const withSubject =
        subject !== null && nodes.some((one) => one.digest === subject && going.has(one.id));
      const leftOver = subject === null && !tagged && parents.length > 0;
      if (!held && (roots.includes(id) || withSubject || leftOver)) going.add(id);
    }
  }
  return [...going].sort((a, b) => a - b);
}
