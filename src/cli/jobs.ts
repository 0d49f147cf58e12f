import {
  type ExecutionRow,
  executionLog,
  findExecution,
  followExecution,
  listExecutions,
  listTasks,
  stopAny,
  textOf,
} from '#src/features/executions/index.ts';
import { Failure } from '#src/failures.ts';
import { type Command, exitCodes, UsageError } from './command.ts';
import { type Connected, connected } from './connected.ts';
import { progressBar } from './progress.ts';
import { stepsOf } from './steps.ts';

/** Of runs; their tasks know more. */
const statuses: readonly string[] = ['Running', 'Success', 'Error', 'Stopped'];

const jobsList: Command = {
  name: 'jobs list',
  summary: 'show the latest runs of background work',
  help: [
    'Lists runs of background work, the latest first: id, kind, status, what started it, when, and for how long.',
    '',
    '  --type KIND      only runs of this kind, for instance GARBAGE_COLLECTION',
    '  --status STATUS  only Running, Success, Error or Stopped ones',
    '  --limit N        how many, 1 to 100; 20 when absent',
    '  --json           one JSON object per run',
  ].join('\n'),
  options: {
    type: { type: 'string' },
    status: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(call) {
    const { type, status, json } = call.values;
    const limit = Number(call.values['limit'] ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      throw new UsageError(`--limit takes a number from 1 to 100, not ${String(call.values['limit'])}`);
    }
    if (typeof status === 'string' && !statuses.includes(status)) {
      throw new UsageError(`--status takes ${statuses.join(', ')}, not ${status}`);
    }
    const clauses = new Map(
      typeof status === 'string' ? [['status', { kind: 'equal', value: status } as const]] : [],
    );
    const kind = typeof type === 'string' ? type.toUpperCase() : undefined;
    const page = { number: 1, size: limit, q: undefined, sort: undefined };
    const rows = await connected(call, ({ ctx }) => listExecutions(ctx.db, kind, clauses, page));
    for (const row of rows) print(json === true ? JSON.stringify(objectOf(row)) : lineOf(row));
    if (rows.length === 0 && json !== true) print('no runs');
    return exitCodes.done;
  },
};

const jobsShow: Command = {
  name: 'jobs show',
  word: 'ID',
  summary: 'show one run and its tasks',
  help: 'Shows a run: its status, parameters and results, and its tasks, the first hundred of them.\n\n  --json         as one JSON object',
  options: { json: { type: 'boolean' } },
  run: (call) =>
    connected(call, async ({ ctx }) => {
      const run = await get(ctx, idOf(call.word));
      const tasks = await listTasks(ctx.db, run.id, 100);
      if (call.values['json'] === true) {
        print(JSON.stringify({ ...objectOf(run), tasks }));
        return exitCodes.done;
      }
      print(lineOf(run));
      if (run.status_message !== '') print(`message     ${run.status_message}`);
      print(`attributes  ${JSON.stringify({ ...run.extra_attrs, ...run.result })}`);
      for (const { id, job, status, attempt, status_message } of tasks) {
        print(`task ${id}  ${job}  ${status}  attempt ${attempt}${status_message && `  ${status_message}`}`);
      }
      return exitCodes.done;
    }),
};

const jobsLog: Command = {
  name: 'jobs log',
  word: 'ID',
  summary: 'show the log of one run',
  help: 'Prints what a run has logged, all its tasks. With --follow exit code 1 when it failed or was stopped.\n\n  --follow       go on until it ends; Ctrl-C ends the following, not the run',
  options: { follow: { type: 'boolean' } },
  run: (call) =>
    connected(call, async (at) => {
      const { id } = await get(at.ctx, idOf(call.word));
      if (call.values['follow'] === true) return follow(at, id);
      for await (const piece of executionLog(at.ctx.db, id).pieces(at.interrupted)) await write(piece);
      return exitCodes.done;
    }),
};

const jobsStop: Command = {
  name: 'jobs stop',
  word: 'ID',
  summary: 'stop one run',
  help: 'Stops a run: what waits never starts, and what runs is told and ends at its next step.',
  options: {},
  run: (call) =>
    connected(call, async ({ ctx }) => {
      const id = idOf(call.word);
      print((await stopAny(ctx, id)) ? `${id} is being stopped` : `${id} had ended already`);
      return exitCodes.done;
    }),
};

export const jobsCommands: readonly Command[] = [jobsList, jobsShow, jobsLog, jobsStop];

async function follow({ ctx, interrupted }: Connected, id: number): Promise<number> {
  const bar = progressBar();
  let status = '';
  try {
    for await (const progress of followExecution(ctx.db, id, interrupted)) {
      status = progress.execution.status;
      bar.clear();
      for (const line of progress.lines) await write(textOf(line));
      const steps = stepsOf(progress);
      if ('busy' in steps) bar.busy(steps.busy);
      else bar.show(steps.done, steps.total, steps.what);
    }
  } finally {
    bar.clear();
  }
  if (status === 'Running' && interrupted.aborted) return exitCodes.done;
  print(`${id}: ${status}`);
  return status === 'Success' ? exitCodes.done : exitCodes.failed;
}

async function get(ctx: Connected['ctx'], id: number): Promise<ExecutionRow> {
  const run = await findExecution(ctx.db, id);
  if (run === undefined) throw new Failure('NOT_FOUND', `there is no run with the id ${id}`);
  return run;
}

function idOf(word: string): number {
  if (!/^\d{1,15}$/.test(word)) throw new UsageError(`an ID is a number, not ${word}`);
  return Number(word);
}

function objectOf({ id, vendor_type, vendor_id, status, trigger, ...run }: ExecutionRow): object {
  const { status_message, start_time, end_time, extra_attrs, result } = run;
  const attributes = { ...extra_attrs, ...result };
  return { id, vendor_type, vendor_id, status, status_message, trigger, start_time, end_time, attributes };
}

function lineOf({ id, vendor_type, vendor_id, status, trigger, start_time, end_time }: ExecutionRow): string {
  const seconds = ((end_time ?? new Date()).getTime() - start_time.getTime()) / 1000;
  const kind = vendor_id > 0 ? `${vendor_type} ${vendor_id}` : vendor_type;
  return [
    String(id).padStart(6),
    kind.padEnd(24),
    status.padEnd(8),
    trigger.toLowerCase().padEnd(8),
    start_time.toISOString().slice(0, 19),
    `${seconds.toFixed(1)} s`,
  ].join('  ');
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Waits for whoever reads: a log may be larger than the memory of a pipe's two ends. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
