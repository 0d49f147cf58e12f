import { type Digest } from '#src/oci/digest.ts';
import { parseRepositoryName, type RepositoryName } from '#src/oci/reference.ts';
import { denial, mayOnRepository } from './access.ts';
import type { RepositoryExchange } from './exchange.ts';
import { uploadStore } from './upload-store.ts';

/**
 * Links a blob of another repository here, if the caller may pull it there; false leaves the client to upload.
 * Content gets linked only after its bytes were received or pull on the source was proven (S-080).
 */
export async function mountBlob(exchange: RepositoryExchange, digest: Digest): Promise<boolean> {
  const { registry, project, repository, query } = exchange;
  const from = query.get('from');
  const sources = from === null ? await findSources(exchange, digest) : await namedSource(exchange, from);
  if (sources.length === 0) return false;
  const repositoryId = await registry.repositories.ensure(project.id, repository);
  const lease = `${registry.leaseSeconds} seconds`;
  for (const source of sources) {
    if (
      await uploadStore.mount(
        registry.database,
        { projectId: project.id, repositoryId },
        source,
        digest.text,
        lease,
      )
    ) {
      return true;
    }
  }
  return false;
}

async function namedSource(exchange: RepositoryExchange, from: string): Promise<string[]> {
  const { registry, request, identity, repository } = exchange;
  const source = parseRepositoryName(from);
  if (await mayPull(exchange, source)) return [source.name];
  // A token for the target alone: its owner may have the right, so the client is told which scopes to ask for.
  if (
    identity.token &&
    (await mayPull({ registry, identity: { who: identity.who, how: 'basic' } }, source))
  ) {
    throw denial({ registry, request, repository, actions: ['push', 'pull'], source: source.name });
  }
  return [];
}

/** Without `from` any repository will do that holds the digest and that the caller may read. */
async function findSources(exchange: RepositoryExchange, digest: Digest): Promise<string[]> {
  const { registry, project, repository } = exchange;
  const repositoryId = (await registry.repositories.find(repository)) ?? 0;
  const names = await uploadStore.holders(registry.database, digest.text, repositoryId, project.id);
  const readable: string[] = [];
  for (const name of names) {
    if (await mayPull(exchange, parseRepositoryName(name))) readable.push(name);
  }
  return readable.slice(0, 3);
}

async function mayPull(
  { registry, identity }: Pick<RepositoryExchange, 'registry' | 'identity'>,
  source: RepositoryName,
): Promise<boolean> {
  const project = await registry.directory.project(source.project);
  return project !== undefined && mayOnRepository(identity, project, source.name, 'pull');
}
