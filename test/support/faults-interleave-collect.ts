import { type Collected, collect } from '#src/features/gc/collect.ts';
import type { Registry } from '#src/registry/exchange.ts';
import { leaseSeconds } from './faults-interleave-server.ts';
import type { World } from './faults-interleave-world.ts';

/** One pass, on the connections of one process. */
export function collectIn(world: World, { database, storage }: Registry): Promise<Collected> {
  return collect(
    database,
    { storage, content: remembered(world), leaseSeconds },
    {
      windowSeconds: 0,
      executionId: null,
      signal: AbortSignal.timeout(60_000),
      parallel: 1,
      eager: true,
    },
  );
}

/** What the one process that remembers anything remembers. */
export const remembered = (world: World) => (world.processes[0] ?? world.main).server.registry.content;
