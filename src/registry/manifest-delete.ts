import { Failure } from '#src/failures.ts';
import { removeArtifact, removeTag } from '#src/features/artifacts/index.ts';
import { contextOf, reply, type RepositoryExchange } from './exchange.ts';
import { readReference } from './manifests.ts';

/**
 * DELETE /v2/<name>/manifests/<reference>: a tag goes alone and leaves its artifact; a digest takes the artifact
 * as the API's deleteArtifact does. Harbor refuses tags here; the specification wins (docs/compatibility.md).
 */
export async function deleteManifest(exchange: RepositoryExchange, reference: string): Promise<void> {
  const { registry, project, repository, response } = exchange;
  const kind = readReference(reference);
  const repository_id = await registry.repositories.find(repository);
  const gone =
    repository_id !== undefined &&
    (await (kind === 'tag' ? removeTag : removeArtifact)(
      contextOf(exchange),
      registry,
      { repository_id, project_id: project.id, name: repository.name },
      reference,
    ));
  if (!gone)
    throw new Failure('MANIFEST_UNKNOWN', `manifest ${reference} is not known in ${repository.name}`);
  reply(exchange, 202, { 'Content-Length': 0 });
  response.end();
}
