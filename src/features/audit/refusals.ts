import { nameOf } from '#src/access/authorize.ts';
import { LruMap } from '#src/auth/lru.ts';
import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { Attempt } from '#src/http/server.ts';
import * as store from './audit.store.ts';
import { boundedDetail, boundedName } from './detail.ts';
import { isRecorded } from './events.ts';

/** Rows of one account in one minute and process: a script that fails in a loop must not fill the log (S-053). */
const mostRows = 60;
const minute = 60_000;
const accounts = 10_000;

const operations: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** What the audit log calls the objects of a group of operations, where that is not the group's own name. */
const resourceTypes: Readonly<Record<string, string>> = {
  projectMetadata: 'metadata',
  usergroup: 'user_group',
  robotv1: 'robot',
  configure: 'configuration',
  SystemCVEAllowlist: 'configuration',
};

/** Groups that record themselves what they refuse, or that nobody reaches from outside. */
const silentTags: ReadonlySet<string> = new Set(['session', 'internal']);

interface Entry {
  readonly operation: string;
  readonly resource_type: string;
  readonly resource: string;
}

/** What a request of /v2 would have changed, named as in the row that a success leaves. */
export interface ContentAttempt extends Entry {
  readonly projectId: number | undefined;
}

/**
 * Records what people and robots tried to change and were refused (G-71). Those who do not say who they are leave
 * no row: they would only need to ask often enough.
 */
export class Refusals {
  readonly #elapsed: () => number;
  readonly #accounts = new LruMap<string, { since: number; rows: number; omitted: number }>(accounts);
  /** When content was refused last, by who, what and why. */
  readonly #content = new LruMap<string, number>(accounts);

  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /** Of the API. Never throws: the client gets to hear what it met, not that nobody could write it down. */
  async record(ctx: Context, attempt: Attempt, error: unknown): Promise<void> {
    const entry = entryOf(attempt);
    if (entry === undefined) return;
    await this.#write(ctx, entry, error, () => store.findProject(ctx.db, attempt.params));
  }

  /**
   * Of /v2, as `record`. The same is written once a minute: a client that may not push is refused every layer of an
   * image, and comes again.
   */
  async recordContent(ctx: Context, { projectId, ...entry }: ContentAttempt, error: Failure): Promise<void> {
    if (ctx.who.kind === 'anonymous') return;
    const key = [nameOf(ctx.who), entry.operation, entry.resource, error.code].join(' ');
    const now = this.#elapsed();
    const last = this.#content.get(key);
    if (last !== undefined && now - last < minute) return;
    this.#content.set(key, now);
    const resource = boundedName(entry.resource);
    await this.#write(ctx, { ...entry, resource }, error, () => Promise.resolve(projectId));
  }

  async #write(
    ctx: Context,
    entry: Entry,
    error: unknown,
    findProject: () => Promise<number | undefined>,
  ): Promise<void> {
    if (ctx.who.kind === 'anonymous' || !isRecorded(ctx.live, entry)) return;
    const username = nameOf(ctx.who);
    const omitted = this.#admit(username);
    if (omitted === undefined) return;
    const { status, code } = error instanceof Failure ? error : { status: 500, code: 'UNKNOWN' };
    try {
      await store.insertEntry(ctx.db, {
        ...entry,
        username: boundedName(username),
        project_id: (await findProject()) ?? null,
        client_address: ctx.clientAddress,
        operation_result: false,
        detail: boundedDetail({ status, code, ...(omitted > 0 && { omitted }) }),
      });
    } catch (failed) {
      ctx.log.warn({ err: failed, request: ctx.requestId }, 'a refusal could not be recorded');
    }
  }

  /** How many were left out since the last row; undefined when this one is to be left out too. */
  #admit(username: string): number | undefined {
    const now = this.#elapsed();
    const known = this.#accounts.get(username);
    const account =
      known && now - known.since < minute ? known : { since: now, rows: 0, omitted: known?.omitted ?? 0 };
    this.#accounts.set(username, account);
    if (account.rows >= mostRows) {
      account.omitted += 1;
      return undefined;
    }
    account.rows += 1;
    const { omitted } = account;
    account.omitted = 0;
    return omitted;
  }
}

/** The object is named by the path, and one that does not exist yet by what its body would call it. */
function entryOf({ endpoint, path, body }: Attempt): Entry | undefined {
  const { tag, id } = endpoint.options;
  const operation = operations[endpoint.method];
  if (operation === undefined || silentTags.has(tag)) return undefined;
  const resource_type = id.endsWith('Tag') ? 'tag' : (resourceTypes[tag] ?? tag);
  const place = path.replace(/^\/api\/v2\.0\//, '').replace(/\/$/, '');
  const name = endpoint.method === 'POST' ? nameIn(body) : undefined;
  return { operation, resource_type, resource: boundedName(name === undefined ? place : `${place}/${name}`) };
}

function nameIn(body: unknown): string | undefined {
  const { project_name, username, name } = (body ?? {}) as Record<string, unknown>;
  return [project_name, username, name].find((one) => typeof one === 'string');
}
