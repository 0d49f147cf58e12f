import type { Context } from '#src/context.ts';
import { contentVisibleTo } from '#src/features/projects/index.ts';
import { findRepositories, type FoundRepository } from './search.store.ts';
import * as store from './quick.store.ts';

/** Of projects and of repositories; a list to choose from is no longer. */
const most = 8;
const mostArtifacts = 20;

/** A digest, or enough of its beginning: 8 digits are one in four thousand million. */
const digestLike = /(?:^|@)(?:(sha256|sha512):)?([0-9a-f]{8,128})$/i;
/** `repository:tag`; the last colon, since before the first slash there may be a port. */
const tagLike = /^(.+):([\w.-]{0,128})$/;

/** What is called like that: projects, repositories, tags of a repository, artifacts by digest. All in few rows. */
export async function quickSearch(ctx: Context, text: string) {
  const visible = contentVisibleTo(ctx.who);
  const { db } = ctx;
  const [, algorithm = 'sha256', digits] = digestLike.exec(text) ?? [];
  const beginning = digits && `${algorithm}:${digits}`.toLowerCase();
  const byDigest = beginning ? await store.artifactsByDigest(db, visible, beginning, mostArtifacts) : [];
  const [, name, tag] = (beginning ? undefined : tagLike.exec(text)) ?? [];
  if (name !== undefined && tag !== undefined) {
    const ids = (await repositoriesNamed(ctx, name)).map(({ repository_id }) => repository_id);
    const artifacts = await store.artifactsByTag(db, visible, { ids, tag, limit: mostArtifacts });
    return { projects: [], repositories: [], artifacts };
  }
  return {
    projects: await store.projectsNamed(db, visible, text, most),
    repositories: await repositoriesNamed(ctx, text),
    artifacts: byDigest,
  };
}

/** Those of exactly that name, with a project before it or without, and then those that have it somewhere. */
async function repositoriesNamed(ctx: Context, text: string): Promise<FoundRepository[]> {
  const visible = contentVisibleTo(ctx.who);
  const exact = await store.repositoriesEnding(ctx.db, visible, text, most);
  const containing = await findRepositories(ctx.db, visible, text, most);
  const found = new Map([...exact, ...containing].map((row) => [row.repository_id, row]));
  return [...found.values()].slice(0, most);
}
