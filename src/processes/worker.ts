/** Entry of one HTTP worker; started by workers.ts when more than one process serves. */
import { createApp } from '#src/app.ts';
import { createLogger } from '#src/log.ts';
import { explain, reportCrash } from './crash.ts';
import type { FromWorker, ToWorker, WorkerTask } from './messages.ts';

const { promise: drained, resolve: drain } = Promise.withResolvers<number>();

function tell(message: FromWorker): void {
  process.send?.(message);
}

async function work({ settings, databaseUrl, secretKey }: WorkerTask): Promise<void> {
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat });
  const crash = (error: unknown): void => {
    reportCrash(log, error);
    process.exit(1);
  };
  process.on('uncaughtException', crash).on('unhandledRejection', crash);
  const app = await createApp({
    settings,
    log,
    database: { url: databaseUrl },
    secretKey,
    soleWriter: false,
  });
  tell({ kind: 'ready', port: (await app.listen()).port });
  await app.close(await drained);
  process.exit(0);
}

// Ctrl-C and service managers signal the whole group; the supervisor decides, and says `drain`.
process.on('SIGTERM', () => {}).on('SIGINT', () => {});
process.on('message', (message: ToWorker) => {
  if (message.kind === 'drain') drain(message.graceMilliseconds);
  else {
    work(message.task).catch((error: unknown) => {
      tell({ kind: 'failed', reason: explain(error) });
      process.exit(1);
    });
  }
});
tell({ kind: 'hello' });
