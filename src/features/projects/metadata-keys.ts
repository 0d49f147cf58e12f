import { announce, type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { quote } from '#src/oci/quote.ts';
import { checkedKey, checkedPair, type Metadata } from './metadata.ts';
import * as store from './projects.store.ts';

export async function listMetadata(ctx: Context, project: GuardedProject): Promise<Record<string, string>> {
  const row = await store.findMetadata(ctx.db, project.id);
  if (!row) throw new Failure('NOT_FOUND', `project ${project.name} not found`);
  return row.metadata;
}

export async function getMetadata(
  ctx: Context,
  project: GuardedProject,
  key: string,
): Promise<Record<string, string>> {
  const metadata = await listMetadata(ctx, project);
  const value = valueOf(metadata, key);
  if (value === undefined) throw notSet(project, key);
  return { [key]: value };
}

export async function addMetadata(
  ctx: Context,
  project: GuardedProject,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  const [key, value] = checkedPair(given);
  await change(ctx, project, key, (before) => {
    if (valueOf(before, key) !== undefined) {
      throw new Failure('CONFLICT', `${key} of project ${project.name} is set already: change it with PUT`);
    }
    return { ...before, [key]: value };
  });
}

/** Harbor answers 200 and changes nothing when the key was not set; here it is set then too. */
export async function setMetadata(
  ctx: Context,
  project: GuardedProject,
  name: string,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  checkedKey(name);
  const [key, value] = checkedPair(given);
  if (key !== name) {
    throw new Failure(
      'BAD_REQUEST',
      `the path names ${quote(name)}, the body ${quote(key)}: send the same key`,
    );
  }
  await change(ctx, project, key, (before) => ({ ...before, [key]: value }));
}

/** A project whose `public` is taken away is private, as one that never had it. */
export async function removeMetadata(ctx: Context, project: GuardedProject, key: string): Promise<void> {
  checkedKey(key);
  await change(ctx, project, key, ({ [key]: value, ...rest }) => {
    if (value === undefined) throw notSet(project, key);
    return rest;
  });
}

async function change(
  ctx: Context,
  project: GuardedProject,
  key: string,
  apply: (before: Metadata) => Metadata,
): Promise<void> {
  const { id: project_id, name: resource } = project;
  await inTransaction(ctx, async (ctx) => {
    const row = await store.lockProject(ctx.db, project_id);
    if (!row) throw new Failure('NOT_FOUND', `project ${resource} not found`);
    const after = apply(row.metadata);
    await store.updateProject(ctx.db, project_id, { metadata: JSON.stringify(after) });
    const [from, to] = [valueOf(row.metadata, key) ?? null, valueOf(after, key) ?? null];
    const operation = from === null ? 'create' : to === null ? 'delete' : 'update';
    await record(ctx, {
      operation,
      resource_type: 'metadata',
      resource,
      project_id,
      detail: { key, from, to },
    });
    await announce(ctx, `project:${resource}`);
  });
}

function valueOf(metadata: Metadata, key: string): string | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

const notSet = (project: GuardedProject, key: string): Failure =>
  new Failure('NOT_FOUND', `${quote(key)} of project ${project.name} is not set`);
