import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, execute, insertProject, insertUser, openAuth } from './people.fixture.ts';

let auth: Awaited<ReturnType<typeof openAuth>>;
beforeAll(async () => {
  auth = await openAuth();
});
afterAll(() => auth.close());

async function insertGroup(name: string, user: number): Promise<number> {
  const { id } = await auth.database.db
    .insertInto('user_group')
    .values({ group_name: name, group_type: 3 })
    .returning('id')
    .executeTakeFirstOrThrow();
  await execute(auth.database, 'insert into user_account_group values ($1, $2)', [user, id]);
  return id;
}

const addGroup = (project: number, group: number, role: number) =>
  execute(auth.database, 'insert into project_member (project_id, group_id, role) values ($1, $2, $3)', [
    project,
    group,
    role,
  ]);

test('a user comes with the roles of the groups that it is in, each once', async () => {
  const { directory } = await auth.replica();
  const user = await insertUser(auth.database, 'grouped');
  const other = await insertUser(auth.database, 'ungrouped');
  const [first, second] = [
    await insertProject(auth.database, 'groups-1'),
    await insertProject(auth.database, 'groups-2'),
  ];
  const [one, two, foreign] = [
    await insertGroup('one', user),
    await insertGroup('two', user),
    await insertGroup('foreign', other),
  ];
  await addMember(auth.database, first, user, 3);
  await addGroup(first, one, 3);
  await addGroup(first, two, 1);
  await addGroup(first, foreign, 2);
  await addGroup(second, one, 5);

  const found = await directory.user(user);

  expect(found?.roles).toEqual(
    new Map([
      [first, [1, 3]],
      [second, [5]],
    ]),
  );
});
