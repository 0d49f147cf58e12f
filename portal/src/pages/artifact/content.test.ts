import { expect, test } from 'vitest';
import { buildRows, commandOf, dependenciesOf, filesOf, layersOf, linesOf, stepsOf } from './content.ts';

const layer = (digest: string) => ({ digest, size: 1, mediaType: 'm' });
const steps = (...empty: boolean[]) =>
  stepsOf(empty.map((empty_layer, index) => ({ created_by: `step ${index}`, empty_layer })));

test('each step that made a layer stands beside that layer', () => {
  const rows = buildRows(
    steps(false, true, false),
    layersOf({ layers: [layer('sha256:a'), layer('sha256:b')] }),
  );

  expect(rows.map((row) => [row.step?.command, row.layer?.digest])).toEqual([
    ['step 0', 'sha256:a'],
    ['step 1', undefined],
    ['step 2', 'sha256:b'],
  ]);
});

test('steps and layers of different numbers are not joined, and none is left out', () => {
  const rows = buildRows(steps(false), layersOf({ layers: [layer('sha256:a'), layer('sha256:b')] }));

  expect(rows.map((row) => [row.step?.command, row.layer?.digest])).toEqual([
    ['step 0', undefined],
    [undefined, 'sha256:a'],
    [undefined, 'sha256:b'],
  ]);
});

test.each([
  ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
  ['/bin/sh -c apt-get update', 'RUN apt-get update'],
  ['|1 VERSION=2 /bin/sh -c make', 'RUN make'],
  ['COPY . . # buildkit', 'COPY . .'],
  ['RUN /bin/sh -c make # buildkit', 'RUN /bin/sh -c make'],
  ['', ''],
])('the command %j is shown as %j', (createdBy, command) => {
  expect(commandOf(createdBy)).toBe(command);
});

test('a command of a million words takes no time', () => {
  const began = performance.now();

  commandOf(`|1 ${'a /bin/sh '.repeat(1_000_000)}`);

  expect(performance.now() - began).toBeLessThan(500);
});

test.each([null, 7, 'x', [], { layers: 'x' }, { layers: [null, { digest: 5 }] }])(
  'what is no manifest has no layers: %j',
  (manifest) => {
    expect(layersOf(manifest)).toEqual([]);
  },
);

test('a layer of a file has its name, and a size that is none counts nothing', () => {
  const annotations = { 'org.opencontainers.image.title': 'model.bin' };

  expect(layersOf({ layers: [{ digest: 'sha256:a', size: -5, annotations }] })).toEqual([
    { digest: 'sha256:a', size: 0, mediaType: '', title: 'model.bin' },
  ]);
});

test('dependencies and files are read as the server lists them', () => {
  expect(dependenciesOf([{ name: 'redis', version: '1.x', repository: '' }])).toEqual([
    { name: 'redis', version: '1.x', repository: undefined, condition: undefined },
  ]);
  expect(
    filesOf([{ name: 'a', type: 'directory', children: [{ name: 'b', type: 'file', size: 3 }] }]),
  ).toEqual([{ name: 'a', size: undefined, children: [{ name: 'b', size: 3, children: [] }] }]);
});

test.each([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [{ '8080/tcp': {}, '9090/udp': {} }, ['8080/tcp', '9090/udp']],
  [{}, undefined],
  [{ a: 1 }, undefined],
  [[1], undefined],
  ['text', undefined],
])('of %j the lines are %j', (value, lines) => {
  expect(linesOf(value)).toEqual(lines);
});
