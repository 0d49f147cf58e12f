import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Ends whatever is still connected. */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own, cloned from the run's template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = inject('templateUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(template, `create database ${name} template moorage strategy file_copy`);
  return {
    url: template.replace('/moorage?', `/${name}?`),
    drop: () => administer(template, `drop database if exists ${name} with (force)`),
  };
}

/** Nobody may be connected to a template while it is cloned, so this goes through the `postgres` database. */
async function administer(template: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: template.replace('/moorage?', '/postgres?') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
