import type { Selectable } from 'kysely';
import { type Db, run, statement } from '#src/database/pool.ts';
import type { Tables } from '#src/database/tables.ts';

export type ArtifactRow = Selectable<Tables['artifact']>;

/** An artifact by the whole name of its repository, and its digest or a tag. */
export type Sought = { readonly project_id: number; readonly name: string } & (
  | { readonly digest: string }
  | { readonly tag: string }
);

/** Null in all other columns where the repository has no such artifact. */
type Beside = { readonly in_repository: number } & (ArtifactRow | { readonly id: null });

const byDigest = statement<Beside>(
  'artifact-by-digest',
  `select r.repository_id as in_repository, a.*
     from repository r left join artifact a on a.repository_id = r.repository_id and a.digest = $3
    where r.name = $1 and r.project_id = $2`,
);

const byTag = statement<Beside>(
  'artifact-by-tag',
  `select r.repository_id as in_repository, a.*
     from repository r left join tag t on t.repository_id = r.repository_id and t.name = $3
     left join artifact a on a.id = t.artifact_id
    where r.name = $1 and r.project_id = $2`,
);

/** Undefined when there is no such repository. */
export async function findBeside(db: Db, sought: Sought): Promise<Beside | undefined> {
  const { name, project_id } = sought;
  const [row] = await ('digest' in sought
    ? run(db, byDigest, [name, project_id, sought.digest])
    : run(db, byTag, [name, project_id, sought.tag]));
  return row;
}
