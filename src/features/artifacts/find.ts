import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { notFound, type Repository, repositoryNameOf } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { isDigest } from '#src/oci/digest.ts';
import { quote } from '#src/oci/quote.ts';
import { isTag } from '#src/oci/reference.ts';
import * as store from './find.store.ts';

export type { ArtifactRow } from './find.store.ts';

/** As a path below a project addresses it. */
export interface ArtifactPath {
  readonly repository_name: string;
  readonly reference: string;
}

interface Found {
  readonly repository: Repository;
  readonly artifact: store.ArtifactRow;
}

type Place = Pick<Repository, 'project_id' | 'name'>;

/** An artifact by tag or digest, through its project and repository, so that no other's is ever found (R1). */
export function findArtifact(ctx: Context, project: GuardedProject, path: ArtifactPath): Promise<Found> {
  return find(ctx, soughtBy(project, path));
}

/** The same by the whole name of the repository. */
export function findArtifactIn(ctx: Context, place: Place, reference: string): Promise<Found> {
  return find(ctx, sought(place, reference));
}

/** For a statement that finds the artifact itself. What it does not find, `findArtifact` explains. */
export function soughtBy(project: GuardedProject, path: ArtifactPath): store.Sought {
  const place = { project_id: project.id, name: repositoryNameOf(project, path.repository_name) };
  return sought(place, path.reference);
}

function sought({ project_id, name }: Place, reference: string): store.Sought {
  if (isDigest(reference)) return { project_id, name, digest: reference };
  if (isTag(reference)) return { project_id, name, tag: reference };
  throw new Failure(
    'BAD_REQUEST',
    `${quote(reference)} is no reference: it is neither a tag (up to 128 letters, digits, and . _ -) nor a digest`,
  );
}

async function find(ctx: Context, wanted: store.Sought): Promise<Found> {
  const { project_id, name } = wanted;
  const row = await store.findBeside(ctx.db, wanted);
  if (!row) throw notFound(name);
  if (row.id === null) {
    const reference = 'digest' in wanted ? `@${wanted.digest}` : `:${wanted.tag}`;
    throw new Failure('NOT_FOUND', `artifact ${name}${reference} not found`);
  }
  return { repository: { repository_id: row.in_repository, project_id, name }, artifact: row };
}
