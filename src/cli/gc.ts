import {
  type ExecutionRow,
  followExecution,
  isPaused,
  isRunnerAlive,
  type Progress,
  stopAny,
  textOf,
} from '#src/features/executions/index.ts';
import { collectHere, startCollection } from '#src/features/gc/index.ts';
import { sizeText } from '#src/oci/size.ts';
import { openStorage } from '#src/storage/open.ts';
import { type Call, type Command, exitCodes, UsageError } from './command.ts';
import { type Connected, connected } from './connected.ts';
import { progressBar } from './progress.ts';

const job = 'GARBAGE_COLLECTION';

export const gcCommand: Command = {
  name: 'gc',
  summary: 'collect garbage now',
  help: [
    'Starts a garbage collection and follows it to its end. A running server carries it out; when none does, this command',
    'does it itself. Ctrl-C stops the run. Exit code 1 when it failed or was stopped.',
    '',
    '  --dry-run          only say what would go',
    '  --delete-untagged  delete artifacts without a tag, too, unless an index or a subject needs them',
    '  --workers N        objects removed at a time, 1 to 10; 1 when absent',
  ].join('\n'),
  options: {
    'dry-run': { type: 'boolean' },
    'delete-untagged': { type: 'boolean' },
    workers: { type: 'string' },
  },
  async run(call) {
    const { values } = call;
    const workers = Number(values['workers'] ?? 1);
    if (!Number.isInteger(workers) || workers < 1 || workers > 10) {
      throw new UsageError(`--workers takes a number from 1 to 10, not ${String(values['workers'])}`);
    }
    return connected(call, async (at) => {
      const options = {
        dry_run: values['dry-run'] === true,
        delete_untagged: values['delete-untagged'] === true,
        workers,
      };
      const id = await startCollection(at.ctx, options);
      const run = await follow(call, at, id);
      process.stdout.write(`${summaryOf(id, run)}\n`);
      return run?.status === 'Success' ? exitCodes.done : exitCodes.failed;
    });
  },
};

async function follow(call: Call, at: Connected, id: number): Promise<ExecutionRow | undefined> {
  const bar = progressBar();
  const own = new OwnRunner(call, at);
  const stop = () => void stopAny(at.ctx, id).catch(() => undefined);
  at.interrupted.addEventListener('abort', stop, { once: true });
  if (await isPaused(at.ctx.db, job)) {
    process.stderr.write(`the queue ${job} is paused: the run waits until it is resumed\n`);
  }
  let last: ExecutionRow | undefined;
  try {
    for await (const progress of followExecution(at.ctx.db, id, at.ctx.signal)) {
      last = progress.execution;
      bar.clear();
      for (const line of progress.lines) process.stdout.write(textOf(line));
      if (!progress.ended) bar.busy(doing(progress));
      if (progress.tasks['Pending'] !== undefined) await own.startUnlessServed();
    }
    return last;
  } finally {
    bar.clear();
    await own.close();
  }
}

/** A runner in this process, made when nobody else takes the work. */
class OwnRunner {
  readonly #call: Call;
  readonly #at: Connected;
  #close: (() => Promise<void>) | undefined;

  constructor(call: Call, at: Connected) {
    this.#call = call;
    this.#at = at;
  }

  async startUnlessServed(): Promise<void> {
    if (this.#close !== undefined || (await isRunnerAlive(this.#at.ctx.db))) return;
    const { settings, log } = this.#call;
    const storage = openStorage(settings.storage, (message) => log.warn(message));
    await storage.probe();
    const { ctx, database } = this.#at;
    const runner = collectHere(ctx, { database, storage, leaseSeconds: settings.blobLeaseSeconds });
    this.#close = async () => {
      await runner.close();
      await storage.close();
    };
  }

  async close(): Promise<void> {
    await this.#close?.();
  }
}

function doing({ execution: { result }, tasks }: Progress): string {
  if (tasks['Running'] === undefined) return 'waiting for a process that runs it';
  return `${Number(result?.['purged_blobs'] ?? 0)} blobs, ${sizeText(Number(result?.['freed_space'] ?? 0))} freed`;
}

function summaryOf(id: number, run: ExecutionRow | undefined): string {
  if (run === undefined) return `garbage collection ${id} is not there any more`;
  const { status, status_message, extra_attrs, result } = run;
  const reason = status_message === '' ? '' : ` (${status_message})`;
  const went = `${Number(result?.['purged_blobs'] ?? 0)} blobs and ${Number(result?.['purged_manifests'] ?? 0)} untagged artifacts, ${sizeText(Number(result?.['freed_space'] ?? 0))}`;
  const verb = extra_attrs['dry_run'] === true ? 'would go' : 'went';
  return `garbage collection ${id}: ${status}${reason}; ${went} ${verb}`;
}
