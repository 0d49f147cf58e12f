import type { RequestSpec } from '../load/jobs.ts';
import { cpuOfTree } from '../processes.ts';
import type { Target } from '../target.ts';
import type { Operation } from './operations.ts';

export type Caller = 'admin' | 'member' | 'anonymous';

/** An operation as one kind of caller sees it. Times in milliseconds. */
export interface Measured {
  operation: string;
  caller: Caller;
  /** One client, each request of the operation for the first time: what counting costs is in it. */
  alone: { p50: number; p90: number; max: number };
  /** Sixteen clients at once. */
  together: { p50: number; p90: number; p99: number; rate: number };
  /** Of the server, PostgreSQL included, for a request. */
  cpu: number;
  /** Of an answer. */
  bytes: number;
}

export const clients = 16;
const fewestAlone = 20;

export interface Length {
  round: number;
  warmUp: number;
}

export async function measureOperation(
  target: Target,
  operation: Operation,
  caller: Caller,
  headers: Record<string, string>,
  { round, warmUp }: Length,
): Promise<Measured> {
  const requests = operation.paths.map(
    (path): RequestSpec => ({ method: 'GET', path, headers, status: 200, length: 'some' }),
  );
  const { port } = target;
  const repeats = Math.ceil(fewestAlone / requests.length);
  const each = Array.from({ length: repeats }, () => requests).flat();
  const job = { kind: 'requests', port } as const;
  const alone = await target.run({ ...job, connections: 1, requests: each, until: 'each-once' });
  await target.run({ ...job, connections: clients, requests, until: { milliseconds: warmUp } });
  const before = cpuOfTree(target.server.pid);
  const together = await target.run({
    ...job,
    connections: clients,
    requests,
    until: { milliseconds: round },
  });
  const after = cpuOfTree(target.server.pid);
  const cpu = after.user + after.system - before.user - before.system;
  const { p50, p90, p99 } = together.latency;
  return {
    operation: operation.name,
    caller,
    alone: { p50: alone.latency.p50, p90: alone.latency.p90, max: alone.latency.max },
    together: { p50, p90, p99, rate: together.operations / together.seconds },
    cpu: cpu / together.operations,
    bytes: together.bytes / together.operations,
  };
}
