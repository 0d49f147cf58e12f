import { nameOf } from '#src/access/authorize.ts';
import { type TxContext, inTransaction } from '#src/context.ts';
import { run, statement } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import { contextOf, reply, type RepositoryExchange } from './exchange.ts';
import { readReference } from './manifests.ts';

const removeTag = statement<{ digest: string }>(
  'remove-tag',
  `delete from tag t using artifact a
    where t.repository_id = $1 and t.name = $2 and a.id = t.artifact_id returning a.digest`,
);

const removeArtifact = statement<{ tags: string[] }>(
  'remove-artifact',
  `with a as (select id from artifact where repository_id = $1 and digest = $2 for update),
        t as (delete from tag using a where tag.artifact_id = a.id returning tag.name)
   select coalesce((select array_agg(name order by name) from t), '{}') as tags from a`,
);

const dropArtifact = statement<never>(
  'drop-artifact',
  'delete from artifact where repository_id = $1 and digest = $2',
);

const audit = statement<never>(
  'audit-content',
  `insert into audit_log (username, operation, resource_type, resource, project_id, client_address, detail)
     values ($1, 'delete', $2, $3, $4, $5, $6)`,
);

/**
 * DELETE /v2/<name>/manifests/<reference>: a tag goes alone and leaves its artifact; a digest takes the artifact
 * with all its tags. Harbor refuses tags here; the specification wins (docs/compatibility.md).
 */
export async function deleteManifest(exchange: RepositoryExchange, reference: string): Promise<void> {
  const { registry, repository, response } = exchange;
  const kind = readReference(reference);
  const repositoryId = await registry.repositories.find(repository);
  const gone =
    repositoryId !== undefined &&
    (await registry.content.tagging(repository.name, () =>
      inTransaction(contextOf(exchange), (ctx) =>
        kind === 'tag'
          ? deleteTag(ctx, exchange, repositoryId, reference)
          : deleteArtifact(ctx, exchange, repositoryId, reference),
      ),
    ));
  if (!gone)
    throw new Failure('MANIFEST_UNKNOWN', `manifest ${reference} is not known in ${repository.name}`);
  reply(exchange, 202, { 'Content-Length': 0 });
  response.end();
}

async function deleteTag(
  ctx: TxContext,
  exchange: RepositoryExchange,
  repositoryId: number,
  tag: string,
): Promise<boolean> {
  const [row] = await run(ctx.db, removeTag, [repositoryId, tag]);
  if (!row) return false;
  await record(ctx, exchange, 'tag', `${exchange.repository.name}:${tag}`, { digest: row.digest });
  return true;
}

async function deleteArtifact(
  ctx: TxContext,
  exchange: RepositoryExchange,
  repositoryId: number,
  digest: string,
): Promise<boolean> {
  const [row] = await run(ctx.db, removeArtifact, [repositoryId, digest]);
  if (!row) return false;
  await run(ctx.db, dropArtifact, [repositoryId, digest]).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    // Harbor: 412 with this message while an index names the artifact (test/wire/registry).
    throw new Failure(
      'VIOLATE_FOREIGN_KEY_CONSTRAINT',
      `the deleting artifact is referenced by others: an index in ${exchange.repository.name} names ${digest}; delete the index first`,
      { cause: error },
    );
  });
  await record(ctx, exchange, 'artifact', `${exchange.repository.name}@${digest}`, { tags: row.tags });
  return true;
}

function record(
  ctx: TxContext,
  { project }: RepositoryExchange,
  type: string,
  resource: string,
  detail: object,
): Promise<unknown> {
  return run(ctx.db, audit, [
    nameOf(ctx.who),
    type,
    resource,
    project.id,
    ctx.clientAddress,
    JSON.stringify(detail),
  ]);
}
