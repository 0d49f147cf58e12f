import { S3Driver } from '#src/storage/s3.ts';
import type { S3Settings, S3Timeouts } from '#src/storage/settings.ts';
import { startS3 } from '#test/support/s3.ts';
import { type Fault, type FaultyS3, startFaultyS3 } from '#test/support/s3-faults.ts';

export interface FaultyDrivers {
  readonly proxy: FaultyS3;
  /** Settings for one more driver behind the proxy. */
  settings(changes?: Partial<S3Settings>): S3Settings;
  /** Waits as long as usual, and tries everything once. */
  readonly patient: S3Driver;
  /** Tries again, as usual. */
  readonly persistent: S3Driver;
  /** Gives up after 300 ms, for answers that never come. */
  readonly impatient: S3Driver;
  /** The driver that suits a fault: the one that does not make the test wait. */
  suiting(fault: Fault): S3Driver;
  /** The fault hits every call of that name, or the first ones. */
  failing(operation: string, fault: Fault, times?: number): void;
  /** From now on nothing goes wrong. */
  heal(): void;
  end(): Promise<void>;
}

/** Two drivers on a real server, behind a proxy that can break every call. */
export async function startFaultyDrivers(): Promise<FaultyDrivers> {
  const server = await startS3();
  const proxy = await startFaultyS3(server.port);
  const settings = (changes?: Partial<S3Settings>) =>
    server.settings({ endpoint: proxy.endpoint, ...changes });
  const open = async (timeouts: S3Timeouts) => {
    for (let tries = 1; ; tries++) {
      const driver = new S3Driver(settings({ timeouts }));
      try {
        await driver.probe();
        return driver;
      } catch (error) {
        // On a busy machine a good answer may take longer than the impatient one waits.
        await driver.close();
        if (tries === 20) throw error;
      }
    }
  };
  const patient = await open({ attempts: 1 });
  const persistent = await open({ attempts: 3 });
  const impatient = await open({ connect: 300, request: 300, slow: 300, idle: 300, attempts: 1 });
  return {
    proxy,
    settings,
    patient,
    persistent,
    impatient,
    suiting: ({ kind }) => (kind === 'hang' || kind === 'stall' ? impatient : patient),
    failing: (operation, fault, times = Number.POSITIVE_INFINITY) => {
      let left = times;
      proxy.fault = (name) => (name === operation && left-- > 0 ? fault : undefined);
    },
    heal: () => {
      proxy.fault = () => undefined;
      proxy.pageSize = undefined;
      proxy.withoutMarkers = false;
    },
    end: async () => {
      await patient.close();
      await persistent.close();
      await impatient.close();
      await proxy.stop();
      await server.stop();
    },
  };
}

/** Faults that the store or the network may show at any call. */
export const anyFault: readonly Fault[] = [
  { kind: 'status', status: 500, code: 'InternalError' },
  { kind: 'status', status: 503, code: 'SlowDown' },
  { kind: 'status', status: 403, code: 'AccessDenied' },
  { kind: 'status', status: 403, code: 'RequestTimeTooSkewed' },
  { kind: 'status', status: 404, code: 'NoSuchBucket' },
  { kind: 'status', status: 404 },
  { kind: 'dropBefore' },
  { kind: 'dropAfter' },
  { kind: 'hang' },
];
