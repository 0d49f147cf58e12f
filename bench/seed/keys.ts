import type { Client } from 'pg';

interface Key {
  /** Of the constraint or index. */
  name: string;
  table: string;
  drop: string;
  add: string;
}

/**
 * Takes keys, indexes and foreign keys off the tables, lets them be filled, and puts all back: every row is checked as
 * ever, but in one go (a minute for ten million rows, where row by row takes ten). In a transaction, so that no
 * failure leaves a table without them.
 */
export async function withoutKeys(
  client: Client,
  tables: readonly string[],
  fill: () => Promise<void>,
  restoring: (what: string) => void,
): Promise<void> {
  const { rows } = await client.query<Key>(keysOf, [tables]);
  for (const { drop } of rows) await client.query(drop);
  await fill();
  for (const { name, table, add } of rows.toReversed()) {
    restoring(`${table}: ${name}`);
    await client.query(add);
  }
}

// In the order in which they can go: foreign keys first, which need the others.
const keysOf = `
  select conname as name, conrelid::regclass::text as table,
         format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
         format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as add
    from pg_constraint
   where contype = 'f' and (conrelid = any($1::regclass[]) or confrelid = any($1::regclass[]))
  union all
  select relname, indrelid::regclass::text, format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    from pg_index join pg_class on pg_class.oid = indexrelid
   where indrelid = any($1::regclass[]) and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))
  union all
  select conname, conrelid::regclass::text,
         format('alter table %s drop constraint %I', conrelid::regclass, conname),
         format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where contype in ('p', 'u') and conrelid = any($1::regclass[])`;
