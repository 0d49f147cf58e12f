import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessChannel } from '#src/context.ts';
import type { Database } from '#src/database/pool.ts';
import { Directory } from './directory.ts';
import {
  addMember,
  execute,
  insertProject,
  insertRobot,
  insertUser,
  openAuth,
  type Replica,
  silent,
} from './people.fixture.ts';

let auth: Awaited<ReturnType<typeof openAuth>>;
let database: Database;
let replica: Replica;

beforeAll(async () => {
  auth = await openAuth();
  database = auth.database;
  replica = await auth.replica();
});

afterAll(() => auth.close());

const notify = (change: string) =>
  database.query({ name: 'test_announce', text: 'select pg_notify($1, $2)' }, [accessChannel, change]);

/** Resolves when the replica has heard of the change. */
const heard = ({ directory }: Replica, change: string): Promise<void> =>
  new Promise((resolve) => {
    directory.onForget((told) => {
      if (told === change) resolve();
    });
  });

test('a user comes with all roles', async () => {
  const id = await insertUser(database, 'roles');
  const [first, second] = [
    await insertProject(database, 'roles-1'),
    await insertProject(database, 'roles-2'),
  ];
  await addMember(database, first, id, 2);
  await addMember(database, second, id, 5);

  const user = await replica.directory.user(id);

  expect(user).toEqual({
    kind: 'user',
    id,
    name: 'roles',
    sysadmin: false,
    roles: new Map([
      [first, [2]],
      [second, [5]],
    ]),
  });
});

test('user 1 is a system administrator whatever its flag says', async () => {
  await execute(database, 'update user_account set sysadmin_flag = false where user_id = 1');

  const admin = await replica.directory.user(1);

  expect(admin).toMatchObject({ name: 'admin', sysadmin: true });
});

test('deleted users, and user 2, are nobody', async () => {
  const id = await insertUser(database, 'gone');
  await execute(database, 'update user_account set deleted = true where user_id = $1', [id]);

  const found = await Promise.all([
    replica.directory.user(id),
    replica.directory.user(2),
    replica.directory.user(9999),
  ]);

  expect(found).toEqual([undefined, undefined, undefined]);
});

test('a robot comes with its full name and its grants', async () => {
  const projectId = await insertProject(database, 'robots');
  const push = { kind: 'project', resource: 'repository', action: 'push' } as const;
  const system = { kind: 'system', namespace: '/', resource: 'catalog', action: 'read' } as const;
  const ofProject = await insertRobot(database, 'ci', {
    projectId,
    grants: [{ ...push, namespace: projectId }],
  });
  const ofSystem = await insertRobot(database, 'all', { grants: [{ ...push, namespace: '*' }, system] });

  const found = await Promise.all([ofProject, ofSystem].map(({ id }) => replica.directory.robot(id)));

  const effect = 'allow';
  expect(found).toEqual([
    {
      kind: 'robot',
      id: ofProject.id,
      name: 'robot$robots+ci',
      level: 'project',
      projectId,
      grants: [{ ...push, namespace: projectId, effect }],
    },
    {
      kind: 'robot',
      id: ofSystem.id,
      name: 'robot$all',
      level: 'system',
      projectId: null,
      grants: [
        { ...push, namespace: '*', effect },
        { ...system, effect },
      ],
    },
  ]);
});

test('G-50: a robot has its new name as soon as the setting robot_name_prefix has another value', async () => {
  let prefix = 'robot$';
  const directory = new Directory(database, { robotPrefix: () => prefix, log: silent });
  await directory.start();
  const { id } = await insertRobot(database, 'renamed');
  const before = await directory.robot(id);

  prefix = 'bot-';
  const known = directory.knownRobot(id);
  const after = await directory.robot(id);

  await directory.close();
  expect([before?.name, known, after?.name]).toEqual(['robot$renamed', 'unknown', 'bot-renamed']);
});

test('G-50: disabled, expired and orphaned robots are nobody', async () => {
  const projectId = await insertProject(database, 'orphans');
  const disabled = await insertRobot(database, 'disabled', { disabled: true });
  const expired = await insertRobot(database, 'expired', { lifetime: -1 });
  const orphan = await insertRobot(database, 'orphan', { projectId });
  const before = await replica.directory.robot(orphan.id);
  await execute(database, 'delete from project where project_id = $1', [projectId]);
  replica.directory.forget('project:orphans');

  const found = await Promise.all([disabled, expired, orphan].map(({ id }) => replica.directory.robot(id)));

  expect(before?.name).toBe('robot$orphans+orphan');
  expect(found).toEqual([undefined, undefined, undefined]);
});

test('G-50: a robot that is known expires to the second', async () => {
  const { id } = await insertRobot(database, 'expiring', { lifetime: 30 });
  const own = await auth.replica();
  await own.directory.robot(id);

  own.clock.advance(28_000);
  const before = own.directory.knownRobot(id);
  own.clock.advance(3_000);
  const after = own.directory.knownRobot(id);

  expect([before, after]).toEqual([expect.objectContaining({ name: 'robot$expiring' }), undefined]);
});

test('a project is found by name and by id', async () => {
  const id = await insertProject(database, 'both', true);

  const [byName, byId] = [await replica.directory.project('both'), await replica.directory.projectById(id)];

  const { name } = { name: 'both' };
  expect(byName).toEqual({
    id,
    name,
    public: true,
    createdAt: expect.any(Number),
    metadata: { public: 'true' },
    ownerId: 1,
    protection: { epoch: 0, isEmpty: true, protects: expect.any(Function), ruleOf: expect.any(Function) },
  });
  expect(Math.abs(Date.now() - (byName?.createdAt ?? 0))).toBeLessThan(60_000);
  expect(byId).toEqual(byName);
});

test('what is known needs no query', async () => {
  const userId = await insertUser(database, 'warm');
  const robot = await insertRobot(database, 'warm');
  const { directory } = replica;
  await Promise.all([directory.project('library'), directory.user(userId), directory.robot(robot.id)]);
  const before = replica.database.sent.count;

  const known = [
    directory.knownProject('library'),
    directory.knownUser(userId),
    directory.knownRobot(robot.id),
  ];
  const again = await Promise.all([
    directory.project('library'),
    directory.projectById(1),
    directory.user(userId),
  ]);

  expect(known.map((one) => (one === 'unknown' ? one : one?.name))).toEqual([
    'library',
    'warm',
    'robot$warm',
  ]);
  expect(again.map((one) => one?.name)).toEqual(['library', 'library', 'warm']);
  expect(replica.database.sent.count).toBe(before);
});

test('G-80: a project made anew under its old name is another one, by name and by id', async () => {
  const first = await insertProject(database, 'anew');
  await Promise.all([replica.directory.project('anew'), replica.directory.projectById(first)]);
  await execute(database, 'delete from project where project_id = $1', [first]);
  const second = await insertProject(database, 'anew', true);
  replica.directory.forget('project:anew');

  const found = await replica.directory.project('anew');
  const [old, current] = [
    await replica.directory.projectById(first),
    await replica.directory.projectById(second),
  ];

  expect([found?.id, found?.public, old, current?.id]).toEqual([second, true, undefined, second]);
});

test('a project that comes to exist is seen at once by the process that made it', async () => {
  const before = await replica.directory.project('late');
  await insertProject(database, 'late');
  replica.directory.forget('project:late');

  const after = await replica.directory.project('late');

  expect([before, after?.name]).toEqual([undefined, 'late']);
});

test('another replica hears of a membership that ended', async () => {
  const other = await auth.replica();
  const id = await insertUser(database, 'member');
  const projectId = await insertProject(database, 'members');
  await addMember(database, projectId, id, 1);
  await other.directory.user(id);
  const told = heard(other, `user:${id}`);

  await execute(database, 'delete from project_member where user_id = $1', [id]);
  await notify(`user:${id}`);
  await told;

  expect(other.directory.knownUser(id)).toBe('unknown');
  expect((await other.directory.user(id))?.roles).toEqual(new Map());
});

test('a change that this version does not know makes it forget everything', async () => {
  const other = await auth.replica();
  await Promise.all([other.directory.user(1), other.directory.project('library')]);
  const told = heard(other, 'planet:mars');

  await notify('planet:mars');
  await told;

  expect([other.directory.knownUser(1), other.directory.knownProject('library')]).toEqual([
    'unknown',
    'unknown',
  ]);
});

test('while changes are not heard nothing is answered from memory; then it is again', async () => {
  const other = await auth.replica();
  const id = await insertUser(database, 'cut');
  await other.directory.user(id);
  const cut = heard(other, 'everything');

  await execute(
    database,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'moorage listener' and datname = current_database()",
  );
  await cut;
  const [trusted, known] = [other.directory.trusted, other.directory.knownUser(id)];
  await execute(database, "update user_account set username = 'renamed' where user_id = $1", [id]);
  const seen = await other.directory.user(id);
  if (!other.directory.trusted) await heard(other, 'everything');
  await other.directory.user(id);

  expect([trusted, known, seen?.name]).toEqual([false, 'unknown', 'renamed']);
  expect(other.directory.knownUser(id)).toMatchObject({ name: 'renamed' });
});

test('while changes are not heard nothing that is looked up is kept', async () => {
  const deaf = await auth.replica();
  const id = await insertUser(database, 'unkept');
  await deaf.directory.close();
  const before = await deaf.directory.user(id);

  await execute(database, "update user_account set username = 'unkept-2' where user_id = $1", [id]);
  const after = await deaf.directory.user(id);

  expect([before?.name, after?.name]).toEqual(['unkept', 'unkept-2']);
});

test('no more is kept than 5,000 names of projects, known or not', async () => {
  const other = await auth.replica();

  for (let i = 0; i < 5_100; i += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => other.directory.project(`nothing-${i + j}`)));
  }

  const known = Array.from({ length: 5_100 }, (_, i) => other.directory.knownProject(`nothing-${i}`));
  expect(known.filter((one) => one !== 'unknown')).toHaveLength(5_000);
});

test('closing makes nobody read anew what has changed', async () => {
  const directory = new Directory(database, { robotPrefix: () => 'robot$', log: silent });
  await directory.start();
  const told: string[] = [];
  directory.onForget((change) => told.push(change));

  await directory.close();

  expect([told, directory.trusted]).toEqual([[], false]);
});
