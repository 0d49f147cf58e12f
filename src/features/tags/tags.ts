import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { type ArtifactRow, findArtifact, removeTag, setTag } from '#src/features/artifacts/index.ts';
import { protectionOf } from '#src/features/immutability/index.ts';
import { type ContentParts, findRepository, type Repository } from '#src/features/repositories/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './tags.store.ts';

/** As a path addresses it. */
export interface ArtifactPath {
  readonly repository_name: string;
  readonly reference: string;
}

export async function listTags(
  ctx: Context,
  project: GuardedProject,
  path: ArtifactPath,
  { page, withStatus }: { page: Page; withStatus: boolean },
): Promise<{ rows: (store.TagRow & { immutable?: boolean })[]; total: number }> {
  const { artifact, repository } = await findIn(ctx, project, path);
  const { rows, total } = await store.list(ctx, artifact.id, parseQuery(page.q), page);
  if (!withStatus) return { rows, total };
  const protection = await protectionOf(ctx, project.id);
  const immutable = new Set(
    protection.protects(
      repository.name,
      rows.map(({ name }) => name),
    ),
  );
  return { rows: rows.map((row) => ({ ...row, immutable: immutable.has(row.name) })), total };
}

export async function createTag(
  ctx: Context,
  parts: ContentParts,
  project: GuardedProject,
  path: ArtifactPath & { readonly tag: string },
): Promise<void> {
  const { repository, artifact } = await findIn(ctx, project, path);
  await setTag(ctx, parts, repository, artifact, path.tag);
}

/** A tag of another artifact is not found here (R1). */
export async function deleteTag(
  ctx: Context,
  parts: ContentParts,
  project: GuardedProject,
  path: ArtifactPath & { readonly tag_name: string },
): Promise<void> {
  const { repository, artifact } = await findIn(ctx, project, path);
  if (!(await removeTag(ctx, parts, repository, path.tag_name, artifact))) {
    throw new Failure(
      'NOT_FOUND',
      `tag ${quote(path.tag_name)} attached to artifact ${artifact.id} not found`,
    );
  }
}

async function findIn(
  ctx: Context,
  project: GuardedProject,
  path: ArtifactPath,
): Promise<{ repository: Repository; artifact: ArtifactRow }> {
  const repository = await findRepository(ctx, project, path.repository_name);
  return { repository, artifact: await findArtifact(ctx, repository, path.reference) };
}
