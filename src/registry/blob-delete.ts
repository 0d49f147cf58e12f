import { nameOf } from '#src/access/authorize.ts';
import { statement } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import { parseDigest } from '#src/oci/digest.ts';
import { unknownBlob } from './blobs.ts';
import { reply, type RepositoryExchange } from './exchange.ts';

const unlink = statement<{ unlinked: boolean }>(
  'unlink-blob',
  `with gone as materialized (select unlink_blob($1, $2, $3) as unlinked), told as (
     insert into audit_log (username, operation, resource_type, resource, project_id, client_address)
       select $4, 'delete', 'blob', $5, $1, $6 from gone where unlinked
   )
   select unlinked from gone`,
);

/** DELETE: takes the blob out of the repository; the bytes go when no repository has it. Refused while an artifact needs it. */
export async function deleteBlob(exchange: RepositoryExchange, text: string): Promise<void> {
  const { registry, repository, project, request, response } = exchange;
  const digest = parseDigest(text);
  const repositoryId = await registry.repositories.find(repository);
  if (repositoryId === undefined) throw unknownBlob(digest.text, repository.name);
  const unlinked = await registry.content.changing(repository.name, async () => {
    const [row] = await registry.database
      .query(unlink, [
        project.id,
        repositoryId,
        digest.text,
        nameOf(exchange.identity.who),
        `${repository.name}@${digest.text}`,
        request.socket.remoteAddress ?? '',
      ])
      .catch(stillNeeded(digest.text));
    return row?.unlinked === true;
  });
  if (!unlinked) throw unknownBlob(digest.text, repository.name);
  reply(exchange, 202, { 'Content-Length': 0 });
  response.end();
}

function stillNeeded(digest: string): (error: unknown) => never {
  return (error) => {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure(
      'DENIED',
      `blob ${digest} is needed by an artifact of this repository; delete the artifact first`,
      { cause: error },
    );
  };
}
