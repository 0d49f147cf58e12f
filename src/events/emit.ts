import { sql } from 'kysely';
import { nameOf } from '#src/access/authorize.ts';
import type { Context, TxContext } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';

/** Harbor's names of what can happen (jobs.md section 8). */
export const eventTypes = [
  'PUSH_ARTIFACT',
  'PULL_ARTIFACT',
  'DELETE_ARTIFACT',
  'QUOTA_EXCEED',
  'QUOTA_WARNING',
  'SCANNING_FAILED',
  'SCANNING_STOPPED',
  'SCANNING_COMPLETED',
  'REPLICATION',
  'TAG_RETENTION',
] as const;
export type EventType = (typeof eventTypes)[number];

/** What happened, as far as only the act itself knows it. The rest is added when it is told. */
export interface EventData {
  /** Whole name, project included. */
  readonly repository?: string;
  readonly resources?: readonly EventResource[];
  /** Bytes. */
  readonly quota?: { readonly used: number; readonly hard: number };
  readonly details?: string;
  /** Harbor's event_data.retention, as it is sent. */
  readonly retention?: Readonly<Record<string, unknown>>;
}

export interface EventResource {
  readonly digest: string;
  /** The digest itself where there is none (Harbor). */
  readonly tag: string;
}

export interface Happening {
  readonly projectId: number;
  readonly type: EventType;
  readonly data: EventData;
}

/** Says it to whoever listens, in the transaction that does it: both happen or neither does. */
export async function emit(ctx: TxContext, happening: Happening): Promise<void> {
  await insert(ctx, ctx.db, [happening]);
}

/** Several of one act, in one statement. */
export async function emitAll(ctx: TxContext, happenings: readonly Happening[]): Promise<void> {
  if (happenings.length > 0) await insert(ctx, ctx.db, happenings);
}

/** For what was refused: the act's own transaction is rolled back, so this stands alone. */
export async function emitRefused(ctx: Context, happening: Happening): Promise<void> {
  if (ctx.db.isTransaction) throw new Error('a refusal is told after its transaction, not in it');
  await insert(ctx, ctx.db, [happening]);
}

/** Tells, once until it is less again, that the project's quota is nearly used up. */
export async function emitQuotaWarning(ctx: TxContext, projectId: number, repository: string): Promise<void> {
  await sql`select emit_quota_warning(${projectId}, ${repository}, ${nameOf(ctx.who)}, ${ctx.requestId})`.execute(
    ctx.db,
  );
}

/** Tells that every artifact of a repository goes. Before they do. */
export async function emitRepositoryGone(
  ctx: TxContext,
  { project_id, repository_id, name }: { project_id: number; repository_id: number; name: string },
): Promise<void> {
  await sql`select emit_repository_gone(${project_id}, ${repository_id}, ${name}, ${nameOf(ctx.who)}, ${ctx.requestId})`.execute(
    ctx.db,
  );
}

async function insert(ctx: Context, db: Db, happenings: readonly Happening[]): Promise<void> {
  await sql`
    select emit_event(h.project, h.type, ${nameOf(ctx.who)}, ${ctx.requestId}, h.data)
      from unnest(${happenings.map(({ projectId }) => projectId)}::int[],
                  ${happenings.map(({ type }) => type)}::text[],
                  ${happenings.map(({ data }) => JSON.stringify(data))}::jsonb[]) as h(project, type, data)`.execute(
    db,
  );
}

/** The reference of every tag, or of the digest where there is none. A thousand tags need not be told one by one. */
export function resourcesOf(digest: string, tags: readonly string[]): EventResource[] {
  if (tags.length === 0) return [{ digest, tag: digest }];
  return tags.slice(0, 100).map((tag) => ({ digest, tag }));
}
