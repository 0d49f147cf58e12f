import { type RawBuilder, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { run, statement } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { quote } from '#src/oci/quote.ts';
import { parseRepositoryName } from '#src/oci/reference.ts';

export interface Repository {
  readonly repository_id: number;
  readonly project_id: number;
  /** Whole, project included. */
  readonly name: string;
}

/**
 * The whole name of a repository that a path addresses below its project. Harbor: slashes arrive encoded twice
 * (`a%252Fb`); the router undid one encoding, this undoes the other (wire.md section 10).
 */
export function repositoryNameOf(project: GuardedProject, given: string): string {
  return `${project.name}/${decodedAgain(given)}`;
}

/** The same, checked, for what may make a repository or tell of one that is gone. */
export const newRepositoryNameOf = (project: GuardedProject, given: string): string =>
  checkedRepositoryName(repositoryNameOf(project, given));

/** Harbor: BAD_REQUEST on the API; the specification's NAME_INVALID is for `/v2`. */
export function checkedRepositoryName(text: string): string {
  try {
    return parseRepositoryName(text).name;
  } catch (error) {
    throw new Failure('BAD_REQUEST', (error as Failure).message);
  }
}

const byName = statement<Repository>(
  'repository-by-name',
  'select repository_id, project_id, name from repository where name = $1 and project_id = $2',
);

/** Found through its project, so that nobody reaches another project's by name (R1). NOT_FOUND when it is not there. */
export async function findRepository(
  ctx: Context,
  project: GuardedProject,
  given: string,
): Promise<Repository> {
  const name = repositoryNameOf(project, given);
  const [row] = await run(ctx.db, byName, [name, project.id]);
  if (!row) throw notFound(name);
  return row;
}

/** Its number, in a statement that finds it by the way; null where there is no such repository. */
export const repositoryIn = (project: GuardedProject, given: string): RawBuilder<number> =>
  sql`(select repository_id from repository
        where name = ${repositoryNameOf(project, given)} and project_id = ${project.id})`;

export const notFound = (name: string): Failure =>
  new Failure('NOT_FOUND', `repository ${quote(name)} not found`);

function decodedAgain(given: string): string {
  try {
    const name = decodeURIComponent(given);
    if (!name.includes('\0')) return name;
  } catch {
    // What cannot be decoded names nothing.
  }
  throw new Failure('BAD_REQUEST', `${quote(given)} is no repository name`);
}
