import { nameOf } from '#src/access/authorize.ts';
import type { Context, TxContext } from '#src/context.ts';
import * as store from './audit.store.ts';
import { boundedDetail, boundedName } from './detail.ts';
import { isRecorded } from './events.ts';

/** What was done to what. Operations and resource types are those of Harbor's audit log where it has them. */
export interface AuditEntry {
  readonly operation: 'create' | 'update' | 'delete' | 'pull' | 'login' | 'logout' | 'stop' | 'export';
  readonly resource_type:
    | 'project'
    | 'metadata'
    | 'member'
    | 'user'
    | 'user_group'
    | 'robot'
    | 'repository'
    | 'artifact'
    | 'tag'
    | 'label'
    | 'immutable_rule'
    | 'retention_policy'
    | 'quota'
    | 'configuration'
    | 'gc'
    | 'purge_audit'
    | 'audit_log'
    | 'webhook'
    | 'job';
  /** The name of the object, as people know it. */
  readonly resource: string;
  readonly project_id?: number;
  /** What changed, from and to where that says something. Never a secret: this is shown and forwarded. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Who did it, where that is not whoever asks: a login is asked for by nobody yet. */
  readonly username?: string;
}

/** Writes the row in the transaction that carries out what it tells of: they commit together or not at all. */
export async function record(ctx: TxContext, entry: AuditEntry): Promise<void> {
  if (isRecorded(ctx.live, entry)) await store.insertEntry(ctx.db, rowOf(ctx, entry, true));
}

/** Several of one act, in one statement. */
export async function recordAll(ctx: TxContext, entries: readonly AuditEntry[]): Promise<void> {
  const rows = entries.filter((entry) => isRecorded(ctx.live, entry)).map((entry) => rowOf(ctx, entry, true));
  if (rows.length > 0) await store.insertEntries(ctx.db, rows);
}

/** For what was asked and refused: nothing changed, so this stands alone. A transaction would take it back with it. */
export async function recordFailed(ctx: Context, entry: AuditEntry): Promise<void> {
  if (ctx.db.isTransaction) throw new Error('a refusal is recorded after its transaction, not in it');
  if (isRecorded(ctx.live, entry)) await store.insertEntry(ctx.db, rowOf(ctx, entry, false));
}

function rowOf(ctx: Context, entry: AuditEntry, operation_result: boolean): store.NewRow {
  const { detail, project_id = null, operation, resource_type, resource, username } = entry;
  return {
    operation,
    resource_type,
    resource: boundedName(resource),
    project_id,
    username: boundedName(username ?? nameOf(ctx.who)),
    client_address: ctx.clientAddress,
    operation_result,
    detail: detail === undefined ? null : boundedDetail(detail),
  };
}
