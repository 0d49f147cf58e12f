import { openDatabase } from '#src/database/pool.ts';
import { type Difference, verify, type VerifyReport } from '#src/features/verify/index.ts';
import { withDatabase } from '#src/processes/with-database.ts';
import { openStorage } from '#src/storage/open.ts';
import { type Call, type Command, exitCodes, UsageError } from './command.ts';
import { progressBar } from './progress.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'compare database and storage, hash the blobs',
  help: [
    'Walks database and storage and reports every difference. Works beside a running server. Exit code 3 when something differs.',
    '',
    '  --sample SHARE  hash only this share of the blobs, for instance 0.1 (sizes are compared for all); 1 when absent',
    '  --grace TIME    leave out objects younger than this many seconds, which a push may be using; 3600 when absent',
    '  --repair        set wrong bytes aside, mark blobs without bytes as absent so that the next push brings them back,',
    '                  and give found bytes back to blobs that lost theirs; nothing is ever deleted',
    '  --json          one JSON object per difference and one at the end',
  ].join('\n'),
  options: {
    sample: { type: 'string' },
    grace: { type: 'string' },
    repair: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(call) {
    const report = await withDatabase(call.settings, call.log, (url) => compare(call, url));
    return report.differences === 0 ? exitCodes.done : exitCodes.differences;
  },
};

async function compare({ settings, values, log }: Call, url: string): Promise<VerifyReport> {
  const sample = numberOf(values['sample'], 1, 1, '--sample takes a share from 0 to 1');
  const grace = numberOf(values['grace'], 3_600, 1e9, '--grace takes a number of seconds');
  const database = openDatabase(url, { max: 4 });
  const storage = openStorage(settings.storage, (message) => log.warn(message));
  const bar = progressBar();
  const print = (line: object | string) => {
    bar.clear();
    process.stdout.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  };
  const stop = new AbortController();
  const interrupt = () => stop.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  try {
    await storage.probe();
    const report = await verify({
      db: database.db,
      storage,
      signal: stop.signal,
      sample,
      repair: values['repair'] === true,
      graceMilliseconds: grace * 1000,
      found: (difference) => print(values['json'] === true ? difference : lineOf(difference)),
      progress: bar.show,
    });
    print(values['json'] === true ? { kind: 'report', ...report } : summaryOf(report));
    return report;
  } finally {
    process.off('SIGINT', interrupt);
    bar.clear();
    await storage.close();
    await database.close();
  }
}

function numberOf(value: string | boolean | undefined, fallback: number, most: number, rule: string): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!(number >= 0 && number <= most)) throw new UsageError(`${rule}, not ${String(value)}`);
  return number;
}

function lineOf({ kind, subject, detail, repaired }: Difference): string {
  return `${kind.padEnd(24)}${subject}: ${detail}${repaired === undefined ? '' : ` [${repaired}]`}`;
}

function summaryOf({ blobs, hashed, bytes, objects, manifests, differences }: VerifyReport): string {
  const size = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${blobs} blobs (${hashed} hashed, ${size}), ${manifests} manifests, ${objects} objects: ${differences === 0 ? 'no differences' : `${differences} differences`}`;
}
