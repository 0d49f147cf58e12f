import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '#src/database/pool.ts';

/** What a repository holds, as the database has it, without bytes behind it. Times are milliseconds since 1970. */
export interface Sketch {
  readonly tags: readonly string[];
  readonly pushed: number;
  readonly pulled?: number | undefined;
  /** Places in the list of artifacts that come before. */
  readonly children?: readonly number[];
  readonly subject?: number | undefined;
}

const digest = (): string => `sha256:${randomBytes(32).toString('hex')}`;

/** Returns the digests in the order of the sketches. */
export async function sketchRepository(
  { db }: Database,
  projectId: number,
  name: string,
  artifacts: readonly Sketch[],
): Promise<string[]> {
  const { repository_id } = await db
    .insertInto('repository')
    .values({ project_id: projectId, name })
    .returning('repository_id')
    .executeTakeFirstOrThrow();
  const digests = artifacts.map(digest);
  // Of every artifact its manifest, and one that all share.
  await sql`
    with stored as (
      insert into blob (digest, size, leased_until) select d, 1, 'epoch' from unnest(${[digest(), ...digests]}::text[]) d
      returning id)
    insert into repository_blob (repository_id, blob_id) select ${repository_id}, id from stored`.execute(db);
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  const isIndex = artifacts.map(({ children }) => children !== undefined);
  const subjects = artifacts.map(({ subject }) =>
    subject === undefined ? null : (digests[subject] ?? null),
  );
  const { rows } = await sql<{ id: number; digest: string }>`
    insert into artifact (repository_id, blob_id, digest, media_type, config_media_type, size, push_time, pull_time, subject_digest)
    select ${repository_id}, (select b.id from blob b where b.digest = x.digest), x.digest,
           case when x.is_index then 'application/vnd.oci.image.index.v1+json' else 'application/vnd.oci.image.manifest.v1+json' end,
           case when not x.is_index then 'application/vnd.oci.image.config.v1+json' end, 1, x.pushed, x.pulled, x.subject
      from unnest(${digests}::text[], ${isIndex}::boolean[], ${artifacts.map((one) => time(one.pushed))}::timestamptz[],
                  ${artifacts.map((one) => time(one.pulled))}::timestamptz[], ${subjects}::text[])
           with ordinality as x(digest, is_index, pushed, pulled, subject, position) order by x.position
    returning id, digest`.execute(db);
  await sql`
    insert into artifact_blob (artifact_id, repository_id, blob_id)
    select a.id, a.repository_id, l.blob_id from artifact a cross join lateral (
      select a.blob_id union select min(blob_id) from repository_blob where repository_id = ${repository_id}) l
     where a.repository_id = ${repository_id}`.execute(db);
  const ids = new Map(rows.map((row) => [row.digest, row.id]));
  const idOf = (place: number): number => ids.get(digests[place] ?? '') ?? 0;
  const tags = artifacts.flatMap((one, i) =>
    one.tags.map((tag) => ({ tag, id: idOf(i), pushed: time(one.pushed) })),
  );
  await sql`
    insert into tag (repository_id, name, artifact_id, push_time)
    select ${repository_id}, x.* from unnest(${tags.map(({ tag }) => tag)}::text[], ${tags.map(({ id }) => id)}::bigint[],
      ${tags.map(({ pushed }) => pushed)}::timestamptz[]) as x`.execute(db);
  const children = artifacts.flatMap((one, i) =>
    (one.children ?? []).map((child, position) => ({
      parent_id: idOf(i),
      child_id: idOf(child),
      repository_id,
      position: position + 1,
      platform: null,
      annotations: null,
    })),
  );
  if (children.length > 0) await db.insertInto('artifact_child').values(children).execute();
  return digests;
}

/** Waits until every execution of the policies has ended; returns their statuses. */
export async function untilEnded(
  { db }: Database,
  policies: readonly number[],
  seconds = 60,
): Promise<string[]> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const rows = await db
      .selectFrom('execution')
      .select('status')
      .where('vendor_type', '=', 'RETENTION')
      .where('vendor_id', 'in', [...policies])
      .execute();
    const statuses = rows.map(({ status }) => status);
    if (!statuses.includes('Running')) return statuses;
    if (Date.now() > end) throw new Error('retention did not end in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const doublestar = (decoration: string, pattern: string, extras?: string) => ({
  kind: 'doublestar',
  decoration,
  pattern,
  ...(extras !== undefined && { extras }),
});

export const retain = (template: string, number: number | undefined, tags: string, more: object = {}) => ({
  action: 'retain',
  template,
  params: number === undefined ? {} : { [template]: number },
  tag_selectors: [doublestar('matches', tags)],
  scope_selectors: { repository: [doublestar('repoMatches', '**')] },
  ...more,
});
