import type { Static } from 'typebox';
import { type Context, inTransaction } from '#src/context.ts';
import { type RunKind, scheduledRun, startRun } from '#src/features/executions/index.ts';
import { Failure } from '#src/failures.ts';
import { garbageCollection } from './gc.job.ts';

type Options = Static<typeof garbageCollection.payload>;

export const collectionRuns: RunKind<typeof garbageCollection.payload> = {
  job: garbageCollection,
  noun: 'garbage collection',
  resourceType: 'gc',
  read: readOptions,
};

export const collectionSchedule = scheduledRun(collectionRuns);

/** Starts a run by itself, as the command line does. */
export function startCollection(ctx: Context, options: Options): Promise<number> {
  return inTransaction(ctx, (ctx) => startRun(ctx, collectionRuns, options, 'MANUAL'));
}

/**
 * Harbor's parameters. A value of the wrong type is refused, where Harbor goes on without it: "dry_run": "true" must not
 * delete anything. `delete_tag` is taken and means nothing, since no other storage of tags is left here.
 */
function readOptions(parameters: Readonly<Record<string, unknown>>): Options {
  const problems: string[] = [];
  const flag = (name: string): boolean => {
    const value = parameters[name] ?? false;
    if (typeof value !== 'boolean') problems.push(`${name} must be true or false`);
    return value === true;
  };
  const options = { dry_run: flag('dry_run'), delete_untagged: flag('delete_untagged') };
  flag('delete_tag');
  const workers = parameters['workers'] ?? 1;
  if (typeof workers !== 'number' || !Number.isInteger(workers)) {
    problems.push('workers must be a whole JSON number');
  } else if (workers < 1 || workers > 10) {
    problems.push(
      `invalid number of workers: ${workers}. Workers must be greater than 0 and less than or equal to 10`,
    );
  }
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('; '));
  return { ...options, workers: Number(workers) };
}
