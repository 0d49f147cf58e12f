import { pullImages, pushImages } from './load/images.ts';
import type { Job, JobResult, Reply } from './load/jobs.ts';
import { pushBlob } from './load/large.ts';
import { runRequests } from './load/requests.ts';

/**
 * The load process: takes one job at a time from its parent and answers with what it measured. One process serves all
 * registries of a run, so that each meets the same warmed-up client.
 */

const longestJob = 10 * 60_000;

function run(job: Job): Promise<JobResult> {
  if (job.kind === 'requests') return runRequests(job);
  if (job.kind === 'push-images') return pushImages(job);
  if (job.kind === 'pull-images') return pullImages(job);
  return pushBlob(job);
}

async function answer(job: Job): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`the job took longer than ${longestJob} ms`)),
    longestJob,
  );
  let reply: Reply;
  try {
    reply = { result: await Promise.race([run(job), late.promise]) };
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
  process.send?.(reply);
}

process.on('message', (job: Job) => void answer(job));
process.on('disconnect', () => process.exit(0));
