import { mayInProject, maySystem } from '#src/access/authorize.ts';
import type { Principal } from '#src/access/principal.ts';
import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import * as store from './audit.store.ts';

/** Harbor: page_size 0 is everything; a log of years does not fit into one answer. */
const longestPage = 10_000;
/** Rows before a page are walked through one by one; this many take about a second. */
const deepest = 1_000_000;

/**
 * Whose rows a caller sees (rbac.md sections 7 and 8): all, or those of the projects whose logs the caller may list.
 * Rows of no project, logins say, are only for those who see all (G-72).
 */
export function visibleTo(who: Principal): store.Visible {
  if (maySystem(who, 'audit-log:list')) return 'all';
  if (who.kind === 'anonymous') return { only: [] };
  if (who.kind === 'user') return { only: readable(who, [...who.roles.keys()]) };
  const named = who.grants.filter(({ kind }) => kind === 'project').map(({ namespace }) => namespace);
  const projects = [...new Set(named.filter((namespace) => typeof namespace === 'number'))];
  // A robot with a right on every project has it on those made later, too: only what is denied is left out.
  if (who.level === 'system' && named.includes('*') && readable(who, [nowhere]).length > 0) {
    const open = new Set(readable(who, projects));
    return { except: projects.filter((id) => !open.has(id)) };
  }
  return { only: readable(who, projects) };
}

/** No project has this id, so what is decided about it holds for every project that is not named. */
const nowhere = -1;

function readable(who: Principal, projects: readonly number[]): number[] {
  return projects.filter((id) => mayInProject(who, { id, public: false }, 'log:list'));
}

/** One page, newest first unless asked otherwise, and how many rows there are. */
export async function listLog(
  ctx: Context,
  visible: store.Visible,
  page: Page,
  which: 'all' | 'successes' = 'all',
): Promise<{ rows: store.AuditRow[]; total: number }> {
  const asked = parseQuery(page.q);
  const clauses = which === 'all' ? asked : store.successesOf(asked);
  const question = { visible, clauses, order: store.orderOf(page.sort) };
  const size = page.size === 0 ? longestPage : page.size;
  const before = page.size === 0 ? 0 : (page.number - 1) * page.size;
  if (before > deepest) throw tooDeep();
  // One row more than shown tells whether this is the end, so that most lists are never counted.
  const found = await store.listRows(ctx.db, question, { before, size: size + 1 });
  if (found === 'too much') throw tooWide();
  const rows = found.slice(0, size);
  const end = before + found.length;
  if (found.length <= size && (rows.length > 0 || before === 0)) return { rows, total: end };
  const counted = await ctx.counts.count(store.rowCount(ctx.db, question));
  return { rows, total: rows.length === 0 ? Math.min(counted, before) : Math.max(counted, end) };
}

/** How to ask for less. */
export const tooWide = () =>
  new Failure(
    'BAD_REQUEST',
    'the search would read too much of the log: narrow it with op_time=[2026-01-02T00:00:00~2026-01-09T00:00:00], or name a username, an operation or a resource_type',
  );

const tooDeep = () =>
  new Failure(
    'BAD_REQUEST',
    `pages of the log end after ${deepest} rows: ask for an earlier time with op_time=[~2026-01-02T00:00:00]`,
  );
