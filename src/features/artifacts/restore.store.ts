import { sql } from 'kysely';
import type { Tx } from '#src/database/pool.ts';

export interface Kept {
  readonly id: number;
  readonly digest: string;
  readonly media_type: string;
  readonly tags: readonly string[];
  readonly subject: string | null;
  readonly push_time: Date;
  readonly pull_time: Date | null;
  readonly deletion: string;
  readonly payload: Buffer;
}

/** Of what is in the trash as `t`. */
export const selectKept = sql`
    select t.id, t.digest, t.media_type, t.tags, t.subject, t.push_time, t.pull_time, t.deletion, m.payload
      from trash t join blob b on b.digest = t.digest join manifest m on m.blob_id = b.id`;

/** The newest deletion of an artifact, by digest or by a tag that it had; locked. */
export async function findKept(
  tx: Tx,
  project_id: number,
  repository: string,
  reference: { digest: string } | { tag: string },
): Promise<Kept | undefined> {
  const which =
    'digest' in reference
      ? sql<boolean>`t.digest = ${reference.digest}`
      : sql<boolean>`${reference.tag} = any(t.tags)`;
  const { rows } = await sql<Kept>`
    ${selectKept}
     where t.project_id = ${project_id} and t.repository = ${repository} and t.kind = 'artifact'
       and t.restorable_until > now() and ${which}
     order by t.deleted_at desc, t.id desc limit 1 for update of t`.execute(tx);
  return rows[0];
}

/** Of the same deletion: these digests, and what signs or describes one of these subjects. */
export async function listKept(
  tx: Tx,
  { deletion }: Kept,
  wanted: { digests: readonly string[]; subjects: readonly string[] },
): Promise<Kept[]> {
  const { rows } = await sql<Kept>`
    ${selectKept}
     where t.deletion = ${deletion}::uuid and t.kind = 'artifact'
       and (t.digest = any(${wanted.digests}::text[]) or t.subject = any(${wanted.subjects}::text[]))
     order by t.id for update of t`.execute(tx);
  return rows;
}

/** A tag that was taken away alone: the digest it named last. */
export async function findKeptTag(
  tx: Tx,
  project_id: number,
  repository: string,
  tag: string,
): Promise<{ id: number; digest: string } | undefined> {
  return tx
    .selectFrom('trash')
    .select(['id', 'digest'])
    .where('project_id', '=', project_id)
    .where('repository', '=', repository)
    .where('kind', '=', 'tag')
    .where('restorable_until', '>', sql<Date>`now()`)
    .where(sql<boolean>`${tag} = any(tags)`)
    .orderBy('deleted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

/** Locked in the order of digests, as everybody who links blobs does. */
export async function lockKeptBlobs(tx: Tx, trash: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select b.id from blob b where b.id in (select blob_id from trash_blob where trash_id = any(${trash}::bigint[]))
     order by b.digest for key share`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Times are those from before the deletion: retention must not take what came back for something new. */
export async function setTimes(tx: Tx, repositoryId: number, kept: readonly Kept[]): Promise<void> {
  await sql`
    update artifact a set push_time = k.push_time, pull_time = k.pull_time
      from unnest(${kept.map(({ digest }) => digest)}::text[], ${kept.map((one) => one.push_time)}::timestamptz[],
                  ${kept.map((one) => one.pull_time)}::timestamptz[]) as k(digest, push_time, pull_time)
     where a.repository_id = ${repositoryId} and a.digest = k.digest`.execute(tx);
}

/** What carried a label carries it again, unless the label is gone; locked, so that it does not go meanwhile. */
export async function setLabels(
  tx: Tx,
  { repository_id, project_id }: { repository_id: number; project_id: number },
  trash: readonly number[],
): Promise<void> {
  await sql`
    with kept as materialized (
        select t.digest, unnest(t.labels) as label_id from trash t where t.id = any(${trash}::bigint[])),
      still as materialized (
        select l.id from label l where l.id in (select label_id from kept)
           and (l.project_id is null or l.project_id = ${project_id}) order by l.id for key share)
    insert into artifact_label (artifact_id, label_id)
      select a.id, s.id from kept k join still s on s.id = k.label_id
        join artifact a on a.repository_id = ${repository_id} and a.digest = k.digest
      on conflict do nothing`.execute(tx);
}

export async function takenTags(
  tx: Tx,
  repositoryId: number,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('tag')
    .select('name')
    .where('repository_id', '=', repositoryId)
    .where(sql<boolean>`name = any(${names}::text[])`)
    .execute();
  return new Set(rows.map(({ name }) => name));
}

export async function forget(tx: Tx, trash: readonly number[]): Promise<void> {
  await tx.deleteFrom('trash').where(sql<boolean>`id = any(${trash}::bigint[])`).execute();
}
