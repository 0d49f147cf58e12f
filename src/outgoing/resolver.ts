import { lookup } from 'node:dns/promises';

/** The addresses of a host name, as this machine finds them (hosts file, search domains, DNS). */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** A look-up takes one of the four threads that reads of blobs use too, for as long as a dead name server keeps it. */
const mostAtOnce = 2;

/** Questions about one name at a time are asked once, and few names are asked for at once. Nothing is remembered. */
export function createResolver(ask: Resolve = askSystem): Resolve {
  const asked = new Map<string, Promise<readonly string[]>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async (name: string): Promise<readonly string[]> => {
    if (running < mostAtOnce) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await ask(name);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = inTurn(name).finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  };
}

const askSystem: Resolve = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);
