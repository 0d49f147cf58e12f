import { Cron } from 'croner';
import { Failure } from '#src/failures.ts';

/**
 * Harbor's rules for cron (jobs.md section 2): second minute hour day-of-month month day-of-week, the second
 * literally 0, UTC. Five fields are taken too, as second 0 (an extension: the guides that people follow write
 * five). Returns the six fields; BAD_REQUEST says which field is wrong.
 */
export function checkedCron(given: string): string {
  const fields = given.trim().split(/\s+/);
  // G-30: longer than any schedule, and cheap to refuse.
  if (given.length > 200 || given.trim() === '') {
    throw new Failure('BAD_REQUEST', 'a schedule needs a cron of six fields, such as "0 0 2 * * 6"');
  }
  if (fields.length !== 5 && fields.length !== 6) {
    throw new Failure(
      'BAD_REQUEST',
      `invalid cron ${JSON.stringify(given)}: expected 6 fields (second minute hour day month weekday), found ${fields.length}`,
    );
  }
  const six = fields.length === 5 ? ['0', ...fields] : fields;
  if (six[0] !== '0') {
    throw new Failure(
      'BAD_REQUEST',
      `invalid cron ${JSON.stringify(given)}: the 1st field (indicating Seconds of time) of the cron string must be 0`,
    );
  }
  const wrong = six.find((field) => !/^[0-9A-Za-z*?,/-]+$/.test(field));
  if (wrong !== undefined) {
    throw new Failure(
      'BAD_REQUEST',
      `invalid cron ${JSON.stringify(given)}: cannot read ${JSON.stringify(wrong)}`,
    );
  }
  const cron = six.join(' ');
  nextTime(cron, new Date());
  return cron;
}

/** The first time after `after`; BAD_REQUEST when the cron cannot be read or never comes, say on 30 February. */
export function nextTime(cron: string, after: Date): Date {
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: 'UTC', mode: '6-part' }).nextRun(after);
  } catch (error) {
    throw new Failure('BAD_REQUEST', `invalid cron ${JSON.stringify(cron)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (next === null) throw new Failure('BAD_REQUEST', `invalid cron ${JSON.stringify(cron)}: it never comes`);
  return next;
}

/** How many times are shown of a schedule that is being written. */
const shownTimes = 5;

/** The cron in six fields, and when it would come next; fewer times when it comes no oftener. */
export function nextTimes(given: string, after: Date): { cron: string; next: Date[] } {
  const cron = checkedCron(given);
  return { cron, next: new Cron(cron, { timezone: 'UTC', mode: '6-part' }).nextRuns(shownTimes, after) };
}
