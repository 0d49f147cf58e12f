import { type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import { createRobot, deleteRobot, fullName, type RobotWithGrants, updateRobot } from './robots.ts';
import * as store from './robots.store.ts';
import type { GivenAccess } from './rules.ts';

/** The end of the year 9999; what lies beyond counts in days that no column holds. */
const latest = 253_402_300_799;

type GivenList = readonly (GivenAccess | null)[] | null | undefined;

export interface NewProjectRobot {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly duration?: number | null | undefined;
  readonly expires_at?: number | null | undefined;
  readonly access?: GivenList;
}

export interface ProjectRobotChange {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly duration?: number | null | undefined;
  readonly disabled?: boolean | null | undefined;
  readonly disable?: boolean | null | undefined;
  readonly access?: GivenList;
}

/** Every rule of POST /robots holds; only the form differs. Without an end it lives for robot_token_duration days. */
export function createProjectRobot(
  ctx: Context,
  project: GuardedProject,
  given: NewProjectRobot,
  prefix: string,
) {
  const { name, description } = given;
  // Harbor: 0 stands for "not given".
  const end = given.expires_at || undefined;
  if (end !== undefined && given.duration) {
    throw new Failure('BAD_REQUEST', 'a robot has a duration or an expires_at, not both');
  }
  if (end !== undefined && end !== -1 && (end < 0 || end > latest)) {
    throw new Failure(
      'BAD_REQUEST',
      `expires_at ${end} is -1 (never) or seconds since 1970, up to ${latest}`,
    );
  }
  const duration = end === -1 ? -1 : (given.duration ?? ctx.live.get('robot_token_duration'));
  const robot = {
    name,
    description,
    duration,
    level: 'project',
    permissions: permissionsOf(project, given.access),
  };
  return createRobot(ctx, robot, prefix, end === -1 ? undefined : end);
}

function permissionsOf(project: GuardedProject, access: GivenList) {
  const own = access?.map((one) => one && { ...one, resource: resourceIn(project, one.resource ?? '') });
  return [{ kind: 'project', namespace: project.name, access: own }];
}

/**
 * `repository`, or `/project/1/repository` as the first API wrote it. A path of another project is refused, not read
 * as one of this project (S-003).
 */
function resourceIn(project: GuardedProject, resource: string): string {
  if (!resource.startsWith('/')) return resource;
  const [, of, name] = /^\/project\/([^/]+)\/([a-z-]+)$/.exec(resource) ?? [];
  if (name !== undefined && (of === String(project.id) || of === project.name)) return name;
  throw new Failure(
    'BAD_REQUEST',
    `bad resource ${quote(resource)}: here it is a name such as repository, or /project/${project.id}/repository`,
  );
}

export async function listProjectRobots(
  ctx: Context,
  project: GuardedProject,
  page: Page,
): Promise<{ robots: RobotWithGrants[]; total: number }> {
  const { rows, total } = await store.listRobots(ctx, project.id, parseQuery(page.q), page);
  const ids = rows.map((row) => row.id);
  const grants = await store.listGrants(ctx.db, ids);
  return { robots: rows.map((row) => ({ row, grants: grants.get(row.id) ?? [] })), total };
}

/** Through its project, so that a robot of another one, or of the system, is not there (R1, S-016). */
export async function getProjectRobot(
  ctx: Context,
  project: GuardedProject,
  id: number,
): Promise<RobotWithGrants> {
  const row = await store.findRobot(ctx.db, id);
  if (row?.project_id !== project.id) throw new Failure('NOT_FOUND', `robot ${id} not found`);
  const grants = await store.listGrants(ctx.db, [id]);
  return { row, grants: grants.get(id) ?? [] };
}

/** What is not given stays as it is: the first API changed `disabled` alone. */
export function updateProjectRobot(
  ctx: Context,
  project: GuardedProject,
  id: number,
  given: ProjectRobotChange,
  prefix: string,
): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    // Held from here on, so that nothing changes between what is read and what is written back.
    await store.lockRobot(ctx.db, id);
    const { row, grants } = await getProjectRobot(ctx, project, id);
    const display = fullName(prefix, row);
    if (given.name && given.name !== display && given.name !== row.name) {
      throw new Failure('BAD_REQUEST', `cannot update the level or name of robot ${display}`);
    }
    const robot = {
      name: display,
      level: 'project',
      description: given.description ?? row.description,
      duration: given.duration ?? row.duration,
      disable: changed(row.disabled, given.disabled, given.disable),
      permissions: permissionsOf(project, given.access ?? grants),
    };
    await updateRobot(ctx, id, robot, prefix);
  });
}

/** Clients send back what they read with one of the two members changed. */
function changed(before: boolean, ...given: readonly (boolean | null | undefined)[]): boolean {
  return given.includes(!before) ? !before : before;
}

export async function deleteProjectRobot(
  ctx: Context,
  project: GuardedProject,
  id: number,
  prefix: string,
): Promise<void> {
  await getProjectRobot(ctx, project, id);
  await deleteRobot(ctx, id, prefix);
}
