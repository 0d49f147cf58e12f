import type { Static } from 'typebox';
import { type RunKind, scheduledRun } from '#src/features/executions/index.ts';
import { Failure } from '#src/failures.ts';
import { kindsIn, knownKinds } from './kinds.ts';
import { auditPurge } from './purge.job.ts';

type Options = Static<typeof auditPurge.payload>;

export const purgeRuns: RunKind<typeof auditPurge.payload> = {
  job: auditPurge,
  noun: 'purge of the audit log',
  resourceType: 'purge_audit',
  read: readOptions,
};

export const purgeSchedule = scheduledRun(purgeRuns);

/** Harbor: about 27 years. */
const mostHours = 240_000;

/**
 * Harbor's parameters in Harbor's words; the first two are asked for whatever the type of the schedule, also for None.
 */
function readOptions(parameters: Readonly<Record<string, unknown>>): Options {
  const { audit_retention_hour: hours, include_event_types: types, dry_run = false } = parameters;
  if (Object.keys(parameters).length === 0) {
    throw new Failure('BAD_REQUEST', "schedule parameter cann't be empty");
  }
  const problems: string[] = [];
  if (hours === undefined) problems.push('audit_retention_hour should provide');
  else if (!isHours(hours)) {
    problems.push(`audit_retention_hour must be a whole JSON number of hours from 0 to ${mostHours}`);
  }
  if (types === undefined) problems.push('include_event_types should provide');
  const given = typeof types === 'string' && kindsIn(types) !== undefined ? types : undefined;
  if (types !== undefined && given === undefined) {
    problems.push(
      `include_event_types must be a comma-separated list of ${knownKinds.join(', ')}; other is everything but artifacts`,
    );
  }
  if (typeof dry_run !== 'boolean') problems.push('dry_run must be true or false');
  if (problems.length > 0 || !isHours(hours) || given === undefined) {
    throw new Failure('BAD_REQUEST', problems.join('; '));
  }
  return {
    audit_retention_hour: hours,
    // As it was given: Terraform compares what it reads with what it wrote.
    include_event_types: given,
    dry_run: dry_run === true,
  };
}

function isHours(hours: unknown): hours is number {
  return typeof hours === 'number' && Number.isInteger(hours) && hours >= 0 && hours <= mostHours;
}
