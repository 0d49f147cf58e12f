/** Whose log is open. */
export interface JobSearch {
  readonly job?: string | undefined;
}

export function readJobSearch({ job }: Record<string, unknown>): JobSearch {
  return /^\d{1,15}$/.test(String(job)) ? { job: String(job) } : {};
}
