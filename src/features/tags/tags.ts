import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import {
  type ArtifactRow,
  artifactsById,
  type Details,
  findArtifact,
  removeTag,
  setTag,
  type JudgedTag,
  type WholeArtifact,
} from '#src/features/artifacts/index.ts';
import { judgedBy, protectionOf } from '#src/features/immutability/index.ts';
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
): Promise<{ rows: JudgedTag[]; total: number }> {
  const { artifact, repository } = await findIn(ctx, project, path);
  const { rows, total } = await store.list(ctx, artifact.id, parseQuery(page.q), page);
  return { rows: withStatus ? await judged(ctx, project, repository, rows) : rows, total };
}

type Judged = Pick<JudgedTag, 'immutable' | 'rule'>;

async function judged<Row extends { readonly name: string }>(
  ctx: Context,
  project: GuardedProject,
  repository: Repository,
  rows: readonly Row[],
): Promise<(Row & Judged)[]> {
  const protection = await protectionOf(ctx, project.id);
  return rows.map((row) => judgedBy(protection, repository.name, row));
}

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
  const repository = await findRepository(ctx, project, given);
  const { rows, total } = await store.listOfRepository(
    ctx,
    repository.repository_id,
    parseQuery(page.q),
    page,
  );
  const ids = [...new Set(rows.map(({ artifact_id }) => artifact_id))];
  const [tags, artifacts] = await Promise.all([
    judged(ctx, project, repository, rows),
    artifactsById(ctx, details, ids, beside),
  ]);
  // A tag whose artifact went away between the two statements has gone with it.
  const named = tags.flatMap((tag) => {
    const artifact = artifacts.get(tag.artifact_id);
    return artifact ? [{ tag, artifact }] : [];
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
