import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import {
  type ArtifactPath,
  artifactsById,
  type Details,
  findArtifact,
  removeTag,
  setTag,
  type JudgedTag,
  type WholeArtifact,
} from '#src/features/artifacts/index.ts';
import { judgedBy, protectionOf } from '#src/features/immutability/index.ts';
import { type ContentParts, findRepository } from '#src/features/repositories/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './tags.store.ts';

export async function listTags(
  ctx: Context,
  project: GuardedProject,
  path: ArtifactPath,
  { page, withStatus }: { page: Page; withStatus: boolean },
): Promise<{ rows: JudgedTag[]; total: number }> {
  const { artifact, repository } = await findArtifact(ctx, project, path);
  const { rows, count } = await store.list(ctx, artifact.id, parseQuery(page.q), page);
  const [total, protection] = await Promise.all([
    count(),
    withStatus ? protectionOf(ctx, project.id) : undefined,
  ]);
  if (!protection) return { rows, total };
  return { rows: rows.map((row) => judgedBy(protection, repository.name, row)), total };
}

type Judged = Pick<JudgedTag, 'immutable' | 'rule'>;

export interface NamedArtifact {
  readonly tag: store.TagRow & Judged;
  readonly artifact: WholeArtifact;
}

/** The tags of a whole repository with what they name, in a number of statements that does not depend on theirs. */
export async function listTagsOfRepository(
  ctx: Context,
  details: Details,
  project: GuardedProject,
  { repository: given, page }: { repository: string; page: Page },
): Promise<{ rows: NamedArtifact[]; total: number }> {
  const [repository, protection] = await Promise.all([
    findRepository(ctx, project, given),
    protectionOf(ctx, project.id),
  ]);
  const { rows, count } = await store.listOfRepository(
    ctx,
    repository.repository_id,
    parseQuery(page.q),
    page,
  );
  const ids = [...new Set(rows.map(({ artifact_id }) => artifact_id))];
  const [artifacts, total] = await Promise.all([artifactsById(ctx, details, ids, beside), count()]);
  // A tag whose artifact went away between the two statements has gone with it.
  const named = rows.flatMap((tag) => {
    const artifact = artifacts.get(tag.artifact_id);
    return artifact ? [{ tag: judgedBy(protection, repository.name, tag), artifact }] : [];
  });
  return { rows: named, total };
}

const beside = {
  with_tag: false,
  with_immutable_status: false,
  with_label: true,
  with_accessory: true,
  with_inherited_accessory: false,
};

export async function createTag(
  ctx: Context,
  parts: ContentParts,
  project: GuardedProject,
  path: ArtifactPath & { readonly tag: string },
): Promise<void> {
  const { repository, artifact } = await findArtifact(ctx, project, path);
  await setTag(ctx, parts, repository, artifact, path.tag);
}

/** A tag of another artifact is not found here (R1). */
export async function deleteTag(
  ctx: Context,
  parts: ContentParts,
  project: GuardedProject,
  path: ArtifactPath & { readonly tag_name: string },
): Promise<void> {
  const { repository, artifact } = await findArtifact(ctx, project, path);
  if (!(await removeTag(ctx, parts, repository, path.tag_name, artifact))) {
    throw new Failure(
      'NOT_FOUND',
      `tag ${quote(path.tag_name)} attached to artifact ${artifact.id} not found`,
    );
  }
}
