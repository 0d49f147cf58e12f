import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';

// Whoever deletes a row asks each table that refers to it, one row at a time. Where two indexes have a column
// of the key each, PostgreSQL without fresh statistics reads both: all rows of a repository each time (58 s for 50,000 tags).
test('every foreign key has an index that begins with its columns', async () => {
  const { url, drop } = await createTestDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();

  const { rows } = await client.query<{ key: string }>(`
    select c.conrelid::regclass || ' (' || pg_get_constraintdef(c.oid) || ')' as key from pg_constraint c
     where c.contype = 'f'
       and not exists (
         select from pg_index i where i.indrelid = c.conrelid
            and coalesce(pg_get_expr(i.indpred, i.indrelid), 'IS NOT NULL') ~ 'IS NOT NULL'
            and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`);

  await client.end();
  await drop();
  expect(rows.map(({ key }) => key)).toEqual([]);
});
