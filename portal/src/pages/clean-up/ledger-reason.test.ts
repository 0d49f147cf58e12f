import { expect, test } from 'vitest';
import { reasonOf } from './ledger-reason.ts';

test.each([
  ['deleted on request', 'request', {}],
  ['repository deleted', 'repository', {}],
  ['bulk job 12', 'bulk', { id: '12' }],
  ['retention policy 3: no rule keeps it', 'retention', { id: '3' }],
  ['garbage collection: it had no tag', 'untagged', {}],
  ['no artifact of the repository needs it', 'link', {}],
  ['no repository holds it', 'blob', {}],
  ['no row has named blobs/a/b for the time of grace', 'orphan', { name: 'blobs/a/b' }],
  ['abandoned: nothing was added to it within 24 hours', 'abandoned', { hours: '24' }],
  ['no upload named the draft uploads/1', 'draft', { name: 'uploads/1' }],
])('%s is %s', (words, key, values) => {
  expect(reasonOf(words)).toEqual({ key, values: { id: '', name: '', hours: '', ...values } });
});

test('words that are not known stay', () => {
  expect(reasonOf('the moon')).toBeUndefined();
});
