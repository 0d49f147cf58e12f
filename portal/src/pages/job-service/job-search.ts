/** Whose log is open. */
export interface JobSearch {
  readonly job?: number | undefined;
}

export function readJobSearch(search: Record<string, unknown>): JobSearch {
  const job = Number(search['job']);
  return Number.isSafeInteger(job) && job > 0 ? { job } : {};
}
