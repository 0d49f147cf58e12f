import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { Repository } from '#src/features/repositories/index.ts';
import { isDigest } from '#src/oci/digest.ts';
import { quote } from '#src/oci/quote.ts';
import { isTag } from '#src/oci/reference.ts';
import { type ArtifactRow, findByDigest, findByTag } from './find.store.ts';

export type { ArtifactRow } from './find.store.ts';

/** An artifact by tag or digest, through its repository, so that no other repository's is ever found (R1). */
export async function findArtifact(
  ctx: Context,
  repository: Repository,
  reference: string,
): Promise<ArtifactRow> {
  const byDigest = isDigest(reference);
  if (!byDigest && !isTag(reference)) {
    throw new Failure(
      'BAD_REQUEST',
      `${quote(reference)} is no reference: it is neither a tag (up to 128 letters, digits, and . _ -) nor a digest`,
    );
  }
  const row = byDigest
    ? await findByDigest(ctx.db, repository.repository_id, reference)
    : await findByTag(ctx.db, repository.repository_id, reference);
  if (!row) {
    throw new Failure(
      'NOT_FOUND',
      `artifact ${repository.name}${byDigest ? '@' : ':'}${reference} not found`,
    );
  }
  return row;
}
