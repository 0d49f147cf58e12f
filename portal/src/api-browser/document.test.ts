import { expect, test } from 'vitest';
import { type ApiDocument, found, operationsOf } from './document.ts';

const document: ApiDocument = {
  info: { title: '', version: '' },
  components: { schemas: {} },
  paths: {
    '/api/v2.0/projects/{project_name_or_id}': {
      get: {
        operationId: 'getProject',
        tags: ['project'],
        'x-guard': 'project project:read',
        parameters: [],
        responses: { 200: { description: 'Success' } },
      },
      delete: {
        operationId: 'deleteProject',
        tags: ['project'],
        'x-guard': 'project project:delete',
        parameters: [],
        responses: { 200: { description: 'Success' } },
      },
    },
    '/api/v2.0/ping': {
      get: { operationId: 'getPing', tags: ['ping'], 'x-guard': 'open', parameters: [], responses: {} },
    },
  },
};

const idsFor = (search: string) =>
  found(operationsOf(document), search).map(([tag, some]) => [tag, some.map(({ id }) => id)]);

test('operations stand under their tags, tags by the alphabet', () => {
  expect(idsFor('')).toEqual([
    ['ping', ['getPing']],
    ['project', ['getProject', 'deleteProject']],
  ]);
});

test('a search wants every word, wherever it stands', () => {
  expect(idsFor('PROJECT  delete')).toEqual([['project', ['deleteProject']]]);
  expect(idsFor('ping delete')).toEqual([]);
});

test('who may call is said in words', () => {
  expect(operationsOf(document).map(({ guard }) => guard)).toEqual([
    'Needs the permission project:read in the project.',
    'Needs the permission project:delete in the project.',
    'Anybody may call it.',
  ]);
});
