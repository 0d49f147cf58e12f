import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialise } from '#src/auth/accounts.ts';
import { openDatabase } from '#src/database/pool.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { NotEmpty, seed, type SeedOptions } from './seed.ts';
import { names, type SeedSizes } from './sizes.ts';

const tiny: SeedSizes = {
  projects: 25,
  repositories: 200,
  artifacts: 2_000,
  tagsOfOne: 500,
  auditRows: 500,
  users: 20,
  groups: 5,
};
const options: SeedOptions = {
  sizes: tiny,
  seed: 1,
  passwordHash: 'none',
  addToExisting: false,
  progress: () => undefined,
};

let made: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  made = await createTestDatabase();
  const database = openDatabase(made.url, { max: 1 });
  await initialise(database, { adminPassword: 'Secret-12345' });
  await database.close();
  client = new pg.Client({ connectionString: made.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await made.drop();
});

async function ask<Row extends object>(sql: string): Promise<Row[]> {
  return (await client.query<Row>(sql)).rows;
}

/** Every constraint and index by name, as the database words them, but for the months of the audit log. */
const keys = () =>
  ask(`select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
         from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text !~ '^audit_log_2'
       union all select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' and tablename !~ '^audit_log_2'
       order by 1, 2, 3`);

test('as many of everything are made as were asked for, and the keys are as they were', async () => {
  const before = await keys();

  await seed(made.url, options);

  expect(await keys()).toEqual(before);
  const [counts] = await ask(`select (select count(*)::int from project where name like 'seed-%') as projects,
    (select count(*)::int from repository) as repositories, (select count(*)::int from artifact) as artifacts,
    (select count(*)::int from audit_log) as "auditRows"`);
  expect(counts).toEqual({ projects: 25, repositories: 200, artifacts: 2_000, auditRows: 500 });
  const tags =
    await ask(`select r.name, count(*)::int as tags from tag t join repository r using (repository_id)
    where r.name in ('${names.project(1)}/${names.manyTags}', '${names.project(1)}/${names.tenTags}') group by 1 order by 1`);
  expect(tags.map((row) => Object.values(row))).toEqual([
    ['seed-0001/many/tags', 500],
    ['seed-0001/ten/tags', 10],
  ]);
});

test('what the rows say of each other agrees: digests, sizes, blobs, quotas', async () => {
  await seed(made.url, options);

  const wrong = await ask<{ what: string; count: number }>(`
    select 'digest' as what, count(*)::int from artifact a join manifest m using (blob_id)
     where a.digest <> 'sha256:' || encode(sha256(m.payload), 'hex')
    union all select 'manifest', count(*)::int from artifact a left join manifest m using (blob_id) where m.blob_id is null
    union all select 'size', count(*)::int from artifact a where not exists (select from artifact_child where parent_id = a.id)
       and size <> (select sum(b.size) from artifact_blob l join blob b on b.id = l.blob_id where l.artifact_id = a.id)
    union all select 'quota', count(*)::int from quota q where used_storage <>
       (select coalesce(sum(b.size), 0) from project_blob p join blob b on b.id = p.blob_id where p.project_id = q.project_id)
    union all select 'accessory', count(*)::int from artifact a where subject_digest is distinct from accessory_of`);
  expect(wrong.filter(({ count }) => count > 0)).toEqual([]);
});

test('the same seed makes the same rows', async () => {
  const other = await createTestDatabase();
  const database = openDatabase(other.url, { max: 1 });
  await initialise(database, { adminPassword: 'Secret-12345' });
  await database.close();
  const summary = `select md5(string_agg(r.name || a.digest || t.name, ',' order by t.id)) as sum
    from tag t join artifact a on a.id = t.artifact_id join repository r on r.repository_id = t.repository_id`;

  await seed(made.url, options);
  const [first] = await ask(summary);
  await seed(other.url, options);

  const second = new pg.Client({ connectionString: other.url });
  await second.connect();
  expect((await second.query(summary)).rows).toEqual([first]);
  await second.end();
  await other.drop();
});

test('an installation with content is refused and left as it was', async () => {
  await client.query(
    `insert into user_account (username, username_folded, email, email_folded) values ('ada', 'ada', 'a@b', 'a@b')`,
  );

  await expect(seed(made.url, options)).rejects.toThrow(NotEmpty);

  expect(await ask(`select name from project`)).toEqual([{ name: 'library' }]);
});
