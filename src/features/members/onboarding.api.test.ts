import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from '#test/support/http.ts';
import { basic, startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** A server of its own under another auth_mode: settings are read when it starts. */
async function under(mode: string): Promise<(member_group: object) => ReturnType<typeof request>> {
  await app.database.db
    .insertInto('configuration')
    .values({ name: 'auth_mode', value: JSON.stringify(mode) })
    .onConflict((on) => on.column('name').doUpdateSet({ value: JSON.stringify(mode) }))
    .execute();
  const { url } = await app.replica();
  return (member_group) =>
    request(url, {
      method: 'POST',
      path: '/api/v2.0/projects/library/members',
      headers: { ...basic('admin'), 'content-type': 'application/json' },
      body: JSON.stringify({ role_id: 3, member_group }),
    });
}

const groups = () =>
  app.database.db
    .selectFrom('user_group')
    .select(['group_name', 'group_type', 'ldap_group_dn'])
    .orderBy('id')
    .execute();

test('Harbor: a group of the kind by which people log in is made by naming it', async () => {
  const add = await under('oidc_auth');

  const [made, other] = [
    await add({ group_name: 'of oidc', group_type: 3 }),
    await add({ group_name: 'of http', group_type: 2 }),
  ];

  expect([made.status, other.status]).toEqual([201, 400]);
  expect(await groups()).toEqual([{ group_name: 'of oidc', group_type: 3, ldap_group_dn: '' }]);
});

test('Harbor: one of LDAP is made by its distinguished name, which is its name when that is taken', async () => {
  const add = await under('ldap_auth');

  const replies = [
    await add({ ldap_group_dn: 'cn=A,dc=example', group_name: 'people' }),
    await add({ ldap_group_dn: 'cn=b,dc=example', group_name: 'people' }),
    await add({ ldap_group_dn: 'cn=c,dc=example' }),
    await add({ ldap_group_dn: 'CN=a,DC=example' }),
    await add({ ldap_group_dn: 'people' }),
  ];

  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 409, 400]);
  expect((await groups()).filter(({ group_type }) => group_type === 1)).toEqual([
    { group_name: 'people', group_type: 1, ldap_group_dn: 'cn=A,dc=example' },
    { group_name: 'cn=b,dc=example', group_type: 1, ldap_group_dn: 'cn=b,dc=example' },
    { group_name: 'cn=c,dc=example', group_type: 1, ldap_group_dn: 'cn=c,dc=example' },
  ]);
});

test('of ten that name a new group at once one makes it a member, and there is one group', async () => {
  const add = await under('http_auth');

  const replies = await Promise.all(
    Array.from({ length: 10 }, () => add({ group_name: 'at once', group_type: 2 })),
  );

  const statuses = replies.map(({ status }) => status).sort((a, b) => a - b);
  expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  expect((await groups()).filter(({ group_name }) => group_name === 'at once')).toHaveLength(1);
});
