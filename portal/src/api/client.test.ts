import { expect, test } from 'vitest';
import { createClient } from './client.ts';

/** A server that answers in turn, and what it was asked. */
function serverOf(...answers: Response[]) {
  const asked: Request[] = [];
  const send = (request: Request) => {
    asked.push(request);
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('no route to host'));
  };
  return { api: createClient(send, 'http://registry.test'), asked };
}

const refused = (status: number, message: string, headers: Record<string, string> = {}) =>
  Response.json({ errors: [{ code: 'X', message }] }, { status, headers });

test('a list comes with the number of all', async () => {
  const { api, asked } = serverOf(Response.json([], { headers: { 'x-total-count': '41' } }));

  const answer = await api('GET /projects', { query: { page: 2, page_size: 15, q: 'name=~a b' } });

  expect(answer).toEqual({ items: [], total: 41 });
  expect(asked[0]?.url).toBe('http://registry.test/api/v2.0/projects?page=2&page_size=15&q=name%3D%7Ea+b');
});

test.each([
  ['library', 'a/b', '/library/repositories/a%252Fb'],
  ['42', 'a', '/42/repositories/a'],
  ['library', '../x?y#z', '/library/repositories/..%252Fx%253Fy%2523z'],
])('the names %s and %s stay in their places of the path', async (project_name, repository_name, path) => {
  const { api, asked } = serverOf(new Response(''));

  await api('DELETE /projects/:project_name/repositories/:repository_name', {
    params: { project_name, repository_name },
  });

  expect(asked[0]?.url).toBe(`http://registry.test/api/v2.0/projects${path}`);
  expect(asked[0]?.headers.get('x-is-resource-name')).toBe('true');
});

test('a log stays text, whatever it looks like', async () => {
  const { api } = serverOf(new Response('{"a": 1}\n'));

  expect(
    await api('GET /retentions/:id/executions/:eid/tasks/:tid', { params: { id: 1, eid: 2, tid: 3 } }),
  ).toBe('{"a": 1}\n');
});

test('a write that lacks the proof is sent again with the one in the refusal', async () => {
  const { api, asked } = serverOf(
    refused(403, 'CSRF token invalid', { 'x-harbor-csrf-token': 'fresh' }),
    new Response('', { status: 201 }),
  );

  await api('POST /projects', { body: { project_name: 'team' } });

  expect(asked.map(({ headers }) => headers.get('x-harbor-csrf-token'))).toEqual([null, 'fresh']);
  expect(await asked[1]?.json()).toEqual({ project_name: 'team' });
});

test('a refusal is not sent again, and carries the words of the server', async () => {
  const { api, asked } = serverOf(refused(403, 'only administrators'));

  await expect(api('GET /statistics')).rejects.toMatchObject({ status: 403, message: 'only administrators' });
  expect(asked).toHaveLength(1);
});

test('no answer is a failure with status 0', async () => {
  const { api } = serverOf();

  await expect(api('GET /statistics')).rejects.toMatchObject({ status: 0 });
});

test('what is no operation of the contracts does not compile', () => {
  const { api } = serverOf();

  const calls = [
    // @ts-expect-error there is no such path
    () => api('GET /project'),
    // @ts-expect-error the parameter is missing
    () => api('GET /projects/:project_name_or_id'),
    // @ts-expect-error the parameter has another name
    () => api('GET /projects/:project_name_or_id', { params: { name: 'a' } }),
    // @ts-expect-error this one is no list
    () => api('GET /statistics', { query: { page: 1 } }),
  ];

  expect(calls).toHaveLength(4);
});
