import { Type } from 'typebox';
import type { TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { removeArtifacts } from '#src/features/artifacts/index.ts';
import type { ContentParts } from '#src/features/repositories/index.ts';
import { type CarriedOut, carryOut, defineJob, FinalFailure, isOver, type JobRun } from '#src/jobs/job.ts';
import { findNodes, type Node } from './candidates.store.ts';
import { Decisions, type Verdict } from './decisions.ts';
import type { Ending } from './finish.store.ts';
import { finish, reasonOf } from './finish.ts';
import * as store from './retention.store.ts';
import type { PolicyRow, RepositoryRow } from './retention.store.ts';
import { vendorType } from './retention.ts';

/** Two repositories at a time in the whole installation: retention is in no hurry, pushes are. */
export const retention = defineJob({
  name: vendorType,
  payload: Type.Object({
    policy_id: Type.Integer(),
    repository_id: Type.Integer(),
    dry_run: Type.Boolean(),
  }),
  attempts: 3,
  limit: 2,
  laneLimit: 2,
});

/**
 * Artifacts deleted in one transaction: pushes wait for their locks no longer than that takes, a tenth of a second. By
 * hundreds, 50,000 take 34 s instead of 22.
 */
const batch = 250;

interface Count {
  total: number;
  retained: number;
}

interface Task {
  readonly run: JobRun;
  readonly parts: ContentParts;
  readonly policy: PolicyRow;
  readonly repository: RepositoryRow;
  readonly dryRun: boolean;
}

export interface RetentionParts extends ContentParts {
  /** Of the registry, as people reach it. */
  readonly host: string;
}

export const carryOutRetention = (parts: RetentionParts): CarriedOut =>
  carryOut(retention, async (run, { policy_id, repository_id, dry_run: dryRun }) => {
    const policy = await store.findPolicy(run.db, policy_id);
    if (!policy) return run.note('the policy is gone: nothing to do');
    const count: Count = { total: 0, retained: 0 };
    const end = (ending: Ending) => finish(run, policy, { ...count, ending, dryRun, host: parts.host });
    try {
      const repository = await store.findRepositoryById(run.db, repository_id);
      if (repository?.project_id === policy.project_id) {
        await retain({ run, parts, policy, repository, dryRun }, count);
      } else run.note('the repository is gone: nothing to do');
    } catch (error) {
      // Others may have deleted something before this one failed, and whoever listens hears of it.
      if (isOver(run, error)) await end(run.signal.aborted ? 'Stopped' : 'Error');
      throw error;
    }
    await end('Success');
    run.note(
      `${count.total} artifacts, ${count.retained} kept, ${count.total - count.retained} ${dryRun ? 'would go' : 'deleted'}`,
    );
  });

/** Counts as it goes on. */
async function retain(task: Task, count: Count): Promise<void> {
  const { run, policy, repository, dryRun } = task;
  run.note(
    `retention policy ${policy.id} on ${repository.name}${dryRun ? ', a dry run: nothing will be deleted' : ''}`,
  );
  const decisions = await Decisions.prepare(run, repository, policy.rules);
  for await (const decided of decisions.all()) {
    const going: Node[] = [];
    for (const { node, verdict } of decided) {
      count.total += 1;
      if (verdict) count.retained += 1;
      else going.push(node);
      if (verdict || dryRun) run.note(lineOf(node, verdict));
    }
    for (let from = 0; !dryRun && from < going.length; from += batch) {
      run.signal.throwIfAborted();
      const some = going.slice(from, from + batch);
      count.retained += some.length - (await remove(task, some)).size;
    }
    await run.report({ ...count });
  }
}

const lineOf = ({ digest, tags }: Node, verdict: Verdict): string =>
  `${verdict ? 'keep' : 'delete'} ${digest}${namesOf(tags)}: ${verdict?.text ?? 'no rule keeps it'}`;

function namesOf(tags: readonly string[]): string {
  if (tags.length === 0) return ' (untagged)';
  const more = tags.length > 20 ? `, and ${tags.length - 20} more` : '';
  return ` [${tags.slice(0, 20).join(', ')}${more}]`;
}

/** Returns the ids of what went. */
async function remove(task: Task, nodes: readonly Node[]): Promise<ReadonlySet<number>> {
  const gone = await removeTogether(task, nodes).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  });
  if (gone !== undefined) return note(task, nodes, gone);
  // A rule that came at this moment protects one of them; the others go by themselves.
  const all = new Set<number>();
  for (const node of nodes) {
    try {
      for (const id of note(task, [node], await removeTogether(task, [node]))) all.add(id);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      task.run.note(`keep ${node.digest}${namesOf(node.tags)}: ${error.message}`);
    }
  }
  return all;
}

function note({ run }: Task, nodes: readonly Node[], gone: ReadonlySet<number>): ReadonlySet<number> {
  for (const node of nodes) {
    if (gone.has(node.id)) run.note(lineOf(node, undefined));
    else
      run.note(
        `keep ${node.digest}${namesOf(node.tags)}: it was pushed, pulled, tagged or deleted meanwhile`,
      );
  }
  return gone;
}

const mostTries = 5;

async function removeTogether(task: Task, nodes: readonly Node[]): Promise<ReadonlySet<number>> {
  const { run, parts, policy, repository } = task;
  for (let tries = 1; ; tries += 1) {
    try {
      return await parts.content.changing(repository.name, () =>
        run.transaction(async (ctx) => {
          if (!(await store.holdPolicy(ctx.db, policy.id, policy.revision))) {
            throw new FinalFailure('the policy was changed while it ran; what was left to do was not done');
          }
          const gone = await removeArtifacts(ctx, repository, nodes, {
            why: reasonOf(policy),
            operation: 'retention',
            unchanged: (ctx, ids) => unchanged(ctx, repository, nodes, ids),
          });
          return new Set(gone.map(({ id }) => id));
        }),
      );
    } catch (error) {
      // A deadlock: the other one went on, now it is our turn.
      if ((error as { code?: unknown }).code !== '40P01' || tries === mostTries) throw error;
    }
  }
}

/** Those with the tags and times that the decision went by. */
export async function unchanged(
  ctx: TxContext,
  repository: RepositoryRow,
  seen: readonly Node[],
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const before = new Map(seen.map((node) => [node.id, stateOf(node)]));
  const now = await findNodes(ctx.db, repository.repository_id, ids);
  return new Set(now.filter((node) => before.get(node.id) === stateOf(node)).map(({ id }) => id));
}

const stateOf = ({ tags, pushed, pulled }: Node): string => JSON.stringify([tags, pushed, pulled]);
