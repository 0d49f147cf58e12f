import pg from 'pg';
import { auditSql } from './audit.ts';
import { chanceOf } from './chance.ts';
import { aboveSql, contentSql, largeTables } from './content.ts';
import { withoutKeys } from './keys.ts';
import { peopleSql } from './people.ts';
import type { SeedSizes } from './sizes.ts';

export interface SeedOptions {
  sizes: SeedSizes;
  /** Another number makes other rows. */
  seed: number;
  /** Of the one account that can log in (names.member). */
  passwordHash: string;
  /** Fills an installation that has content; names must not be taken. */
  addToExisting: boolean;
  progress: (step: string) => void;
}

/** Thrown before anything was written. */
export class NotEmpty extends Error {}

/**
 * Fills a database whose schema is up to date and that has its first accounts. One transaction: all or nothing.
 * Whoever uses the database meanwhile waits.
 */
export async function seed(url: string, options: SeedOptions): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'moorage-seed' });
  await client.connect();
  try {
    if (!options.addToExisting) await requireEmpty(client);
    await client.query('begin');
    await fill(client, options);
    await client.query('commit');
    options.progress('vacuum');
    // As the database would do by itself within minutes: statistics, and what index-only scans need.
    await client.query('vacuum (analyze)');
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, { sizes, seed, passwordHash, progress }: SeedOptions): Promise<void> {
  const chance = chanceOf(seed);
  const all = async (statements: readonly string[]) => {
    for (const statement of statements) {
      progress(titleOf(statement));
      await client.query(statement);
    }
  };
  await client.query(`set local work_mem = '256MB'; set local maintenance_work_mem = '512MB'`);
  // Constraints see to the rest; the plans of these statements are known to be hash and merge joins.
  await all(peopleSql(sizes, chance, passwordHash));
  const tables = [...largeTables];
  await withoutKeys(client, tables, () => all(contentSql(sizes, chance)), progress);
  await all(aboveSql(chance));
  await all(auditSql(sizes, chance));
  await client.query(`select setval(pg_get_serial_sequence('blob', 'id'), (select max(id) from blob)),
    setval(pg_get_serial_sequence('artifact', 'id'), (select max(id) from artifact))`);
}

async function requireEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ what: string; count: number }>(`
    select 'repositories' as what, count(*)::int as count from repository
    union all select 'projects beside library', count(*)::int from project where project_id <> 1
    union all select 'accounts beside the first two', count(*)::int from user_account where user_id > 2`);
  const found = rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`);
  if (found.length > 0) throw new NotEmpty(`the installation is not empty: it has ${found.join(', ')}`);
}

function titleOf(statement: string): string {
  return (
    /^\s*(insert into \w+|create temporary table \w+|\w+ \w+)/.exec(statement)?.[1] ?? statement.slice(0, 40)
  );
}
