import pg from 'pg';
import { initial } from './migrations/0001-initial.ts';
import { configuration } from './migrations/0002-configuration.ts';
import { sessions } from './migrations/0003-sessions.ts';
import { audit } from './migrations/0004-audit.ts';
import { labels } from './migrations/0005-labels.ts';
import { artifactTypes } from './migrations/0006-artifact-types.ts';
import { artifactChanges } from './migrations/0007-artifact-changes.ts';
import { lists } from './migrations/0008-lists.ts';
import { jobs } from './migrations/0009-jobs.ts';
import { collection } from './migrations/0010-collection.ts';
import { webhooks } from './migrations/0011-webhooks.ts';
import { policies } from './migrations/0012-policies.ts';
import { ledger } from './migrations/0013-ledger.ts';
import { tagHistory } from './migrations/0014-tag-history.ts';
import { tagOrder } from './migrations/0015-tag-order.ts';
import { preferences } from './migrations/0016-preferences.ts';
import { bulk } from './migrations/0017-bulk.ts';
import { referenceIndexes } from './migrations/0018-reference-indexes.ts';
import { trashLabels } from './migrations/0019-trash-labels.ts';
import { robotExpiry } from './migrations/0020-robot-expiry.ts';
import { robotLevels } from './migrations/0021-robot-levels.ts';
import { bundles } from './migrations/0022-bundles.ts';
import { robotSecrets } from './migrations/0023-robot-secrets.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** In order; an applied one never changes. */
const migrations: readonly Migration[] = [
  { version: 1, name: 'initial', sql: initial },
  { version: 2, name: 'configuration', sql: configuration },
  { version: 3, name: 'sessions', sql: sessions },
  { version: 4, name: 'audit', sql: audit },
  { version: 5, name: 'labels', sql: labels },
  { version: 6, name: 'artifact-types', sql: artifactTypes },
  { version: 7, name: 'artifact-changes', sql: artifactChanges },
  { version: 8, name: 'lists', sql: lists },
  { version: 9, name: 'jobs', sql: jobs },
  { version: 10, name: 'collection', sql: collection },
  { version: 11, name: 'webhooks', sql: webhooks },
  { version: 12, name: 'policies', sql: policies },
  { version: 13, name: 'ledger', sql: ledger },
  { version: 14, name: 'tag-history', sql: tagHistory },
  { version: 15, name: 'tag-order', sql: tagOrder },
  { version: 16, name: 'preferences', sql: preferences },
  { version: 17, name: 'bulk', sql: bulk },
  { version: 18, name: 'reference-indexes', sql: referenceIndexes },
  { version: 19, name: 'trash-labels', sql: trashLabels },
  { version: 20, name: 'robot-expiry', sql: robotExpiry },
  { version: 21, name: 'robot-levels', sql: robotLevels },
  { version: 22, name: 'bundles', sql: bundles },
  { version: 23, name: 'robot-secrets', sql: robotSecrets },
];

/** 'moorage' in ASCII, folded to a bigint: the advisory lock that one migrating process holds. */
const migrationLock = '30804158714636645';

export interface MigrationReport {
  applied: string[];
  version: number;
}

/**
 * Brings the schema up to date, one transaction per migration, under an advisory lock so that replicas that
 * start together do not meet. A database that is newer than this program is refused: going back needs the
 * backup made before the upgrade, not a guess.
 */
export async function migrate(url: string): Promise<MigrationReport> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(${migrationLock})`);
    await client.query(
      'create table if not exists schema_migration (version integer primary key, name text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ version: number }>(
      'select coalesce(max(version), 0) as version from schema_migration',
    );
    const current = rows[0]?.version ?? 0;
    const newest = migrations.at(-1)?.version ?? 0;
    if (current > newest) {
      throw new Error(
        `the database has schema version ${current}, this program knows ${newest}: it was upgraded by a newer Moorage; start that version, or restore the backup made before the upgrade`,
      );
    }
    const applied: string[] = [];
    for (const migration of migrations.filter((one) => one.version > current)) {
      await apply(client, migration);
      applied.push(`${migration.version}-${migration.name}`);
    }
    return { applied, version: newest };
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into schema_migration (version, name) values ($1, $2)', [
      migration.version,
      migration.name,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${migration.version}-${migration.name} failed and was rolled back`, {
      cause: error,
    });
  }
}
