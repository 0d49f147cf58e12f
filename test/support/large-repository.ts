import { sql } from 'kysely';
import { client } from '../../src/features/artifacts/artifacts.fixture.ts';
import type { TestApp } from './app.ts';

/** `large/app` with so many artifacts that share one manifest's blob, each with a tag: rows are what lists read. */
export async function createLargeRepository(app: TestApp, tags: number) {
  const project = await app.createProject('large');
  const { digest } = await client(app).push('large/app', { tag: 'first' });
  const { db } = app.database;
  await sql`
    with made as (
      insert into artifact (repository_id, blob_id, digest, media_type, config_media_type, size, push_time)
      select repository_id, blob_id, 'sha256:' || encode(sha256(n::text::bytea), 'hex'), media_type, config_media_type,
             size, now() - n * interval '1 minute'
        from artifact, generate_series(1, ${tags - 1}) n where digest = ${digest}
      returning id, repository_id, push_time)
    insert into tag (repository_id, artifact_id, name, push_time)
    select repository_id, id, 'build-' || row_number() over (order by id), push_time from made`.execute(db);
  await sql`analyze tag, artifact`.execute(db);
  return { project, digest, address: `/harbor/projects/${project}/repositories/app` };
}
