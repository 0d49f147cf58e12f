import { createRoutes } from '#src/features/index.ts';
import { later, laterLogins } from '#src/features/later/index.ts';
import { Outgoing } from '#src/outgoing/outgoing.ts';
import { MemoryDriver } from '#src/storage/memory.ts';

/** Every path, on parts that nobody calls: for looking at contracts. */
const all = createRoutes({
  version: '',
  externalUrl: undefined,
  secure: false,
  storage: new MemoryDriver(),
  leaseSeconds: 3600,
  authority: async () => undefined,
  secretKey: new Uint8Array(32),
  settingsLocked: false,
  content: {
    changing: (_repository, write) => write(),
    tagging: (_repository, write) => write(),
  },
  findPrincipal: async () => undefined,
  logIn: async () => undefined,
  outgoing: new Outgoing({ allowed: { ranges: [], names: [] } }),
  host: '',
  webhookAttempts: 1,
  webhookTimeoutSeconds: 1,
});

const missing = new Set(
  [later, laterLogins].flatMap((features) => Object.values<object>(features)).flatMap(Object.keys),
);

/** The operations that do something, without those that answer 501. */
export const routes = all.filter(({ endpoint }) => !missing.has(endpoint.options.id));
