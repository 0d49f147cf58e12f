import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyMilliseconds, cpuOfTree, type CpuTime } from './processes.ts';
import { operationsOf, valueOf, type Phase, type Scenario } from './scenarios/scenario.ts';
import type { Target } from './target.ts';

/** One server's numbers in one round. */
export interface Round {
  value: number;
  /** Milliseconds of server CPU an operation, PostgreSQL included. */
  cpu: number;
  userCpu: number;
  p50: number;
  p99: number;
  /** Cores that neither the server nor this benchmark used: above 0.3 the rates say little. */
  foreign: number;
}

// What a server puts off (batched counters, collection of garbage) is part of its price.
const settle = 250;

export async function measure(
  scenario: Scenario,
  target: Target,
  phase: Phase,
  loadPid: number,
): Promise<Round> {
  const job = await scenario.job(target, phase);
  if (scenario.flushesDisk === true) spawnSync('sync');
  const before = readings(target.server.pid, loadPid);
  const result = await target.run(job);
  await sleep(settle);
  const after = readings(target.server.pid, loadPid);
  const user = after.server.user - before.server.user;
  const cpu = user + after.server.system - before.server.system;
  const own = sum(after.own) - sum(before.own) + sum(after.load) - sum(before.load);
  const operations = operationsOf(scenario, result);
  return {
    value: valueOf(scenario, result),
    cpu: cpu / operations,
    userCpu: user / operations,
    p50: result.latency.p50,
    p99: result.latency.p99,
    foreign: Math.max(0, (after.busy - before.busy - cpu - own) / (after.time - before.time)),
  };
}

function readings(serverPid: number, loadPid: number) {
  const { user, system } = process.cpuUsage();
  return {
    time: performance.now(),
    busy: busyMilliseconds(),
    server: cpuOfTree(serverPid),
    load: cpuOfTree(loadPid),
    own: { user: user / 1000, system: system / 1000 },
  };
}

function sum(cpu: CpuTime): number {
  return cpu.user + cpu.system;
}
