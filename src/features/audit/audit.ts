import { nameOf } from '#src/access/authorize.ts';
import type { TxContext } from '#src/context.ts';

/** What was done to what. Operations and resource types are those of Harbor's audit log. */
export interface AuditEntry {
  readonly operation: 'create' | 'update' | 'delete';
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
    | 'quota'
    | 'configuration';
  /** The name of the object, as people know it. */
  readonly resource: string;
  readonly project_id?: number;
  /** What changed, from and to where that says something. Never a secret: this is shown and forwarded. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** S-053: what a client sent must not fill the log. */
const longestDetail = 4096;

/** Writes the row in the transaction that carries out what it tells of: they commit together or not at all. */
export async function record(ctx: TxContext, entry: AuditEntry): Promise<void> {
  const { detail, project_id = null, ...rest } = entry;
  await ctx.db
    .insertInto('audit_log')
    .values({
      ...rest,
      project_id,
      username: nameOf(ctx.who),
      client_address: ctx.clientAddress,
      detail: detail === undefined ? null : bounded(detail),
    })
    .execute();
}

function bounded(detail: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(detail);
  return text.length <= longestDetail ? text : JSON.stringify({ cut: text.slice(0, longestDetail) });
}
