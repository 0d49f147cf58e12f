import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult, Reply } from './load/jobs.ts';

/** The parent's end of the load process. */
export class LoadProcess {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('load.ts', import.meta.url)), { stdio: 'inherit' });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  run(job: Job): Promise<JobResult> {
    const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
    const child = this.#child;
    const onMessage = (reply: Reply): void => {
      child.off('exit', onExit);
      if ('error' in reply) reject(new Error(reply.error));
      else resolve(reply.result);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new Error(`the load process ended with code ${String(code)}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(job);
    return promise;
  }

  close(): void {
    this.#child.disconnect();
  }
}
