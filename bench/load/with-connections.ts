import { Connection } from './connection.ts';

/** Opens `count` connections for one job and closes them after it; the first broken one fails the job. */
export async function withConnections<T>(
  port: number,
  count: number,
  work: (connections: Connection[]) => Promise<T>,
): Promise<T> {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const connections = Array.from({ length: count }, () => new Connection(port, failure.reject));
  try {
    await Promise.race([Promise.all(connections.map((connection) => connection.opened())), failure.promise]);
    return await Promise.race([work(connections), failure.promise]);
  } finally {
    for (const connection of connections) connection.close();
  }
}
