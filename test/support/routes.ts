import { createRoutes } from '#src/features/index.ts';
import { MemoryDriver } from '#src/storage/memory.ts';

/** Every operation, on parts that nobody calls: for looking at contracts. */
export const routes = createRoutes({
  version: '',
  externalUrl: undefined,
  secure: false,
  storage: new MemoryDriver(),
  content: {
    changing: (_repository, write) => write(),
    tagging: (_repository, write) => write(),
  },
});
