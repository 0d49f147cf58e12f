import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeS3 } from '#test/support/s3.ts';
import { anyFault, type FaultyDrivers, startFaultyDrivers } from '#test/support/s3-faulty-drivers.ts';
import type { Fault } from '#test/support/s3-faults.ts';
import { NoSuchObject } from './driver.ts';
import { S3Driver } from './s3.ts';
import { all, drain, send, soon, store } from './driver.suite.ts';

const bytes = randomBytes(3_000_000);

describeS3('what is on S3 that fails', () => {
  let s3: FaultyDrivers;
  let location: string;
  beforeAll(async () => {
    s3 = await startFaultyDrivers();
    location = await store(s3.patient, bytes);
  });
  afterEach(() => s3.heal());
  afterAll(() => s3?.end());

  const isFault = (outcome: unknown) => outcome instanceof Error && !(outcome instanceof NoSuchObject);

  test('reading it is an error, and never an absence or other bytes', async () => {
    const faults: Fault[] = [
      ...anyFault,
      ...[0, 2_000_000, bytes.length - 1].map((after): Fault => ({ kind: 'truncate', after })),
      { kind: 'stall', after: 1_000_000 },
      { kind: 'shorten', to: bytes.length - 1 },
      { kind: 'flipDown' },
    ];
    const range = { start: 0, end: bytes.length - 1, total: bytes.length };
    for (const fault of faults) {
      s3.failing('GetObject', fault);

      const outcome = await s3
        .suiting(fault)
        .read(location, range, soon())
        .then(drain)
        .catch((error: unknown) => error);

      expect({ fault, failed: isFault(outcome) }).toEqual({ fault, failed: true });
    }
  });

  test('a range of it that breaks off, stalls, or is not the one asked for is an error', async () => {
    const range = { start: 100, end: 2_000_000 };
    for (const kind of ['truncate', 'stall'] as const) {
      const start = performance.now();
      s3.failing('GetObject', { kind, after: 1_000 });
      const reading = s3.suiting({ kind, after: 0 }).read(location, range, soon()).then(drain);
      await expect(reading).rejects.toThrow(/aborted|nothing came/);
      expect(performance.now() - start).toBeLessThan(10_000);
    }
    s3.failing('GetObject', { kind: 'shorten', to: 1_000 });
    await expect(s3.patient.read(location, range, soon())).rejects.toThrow('the store announces 1000');
  });

  test('the last byte of wrong bytes is not given away', async () => {
    s3.failing('GetObject', { kind: 'flipDown' });
    const range = { start: 0, end: bytes.length - 1, total: bytes.length };
    const reader = await s3.patient.read(location, range, soon());
    let received = 0;

    const reading = (async () => {
      for (let chunk = await reader.next(); chunk; chunk = await reader.next()) received += chunk.length;
    })();

    await expect(reading).rejects.toThrow('CRC-32');
    expect(received).toBeLessThan(bytes.length);
  });

  test('asking for its size is an error, and never an absence', async () => {
    for (const fault of anyFault) {
      s3.failing('HeadObject', fault);

      const outcome = await s3
        .suiting(fault)
        .size(location, soon())
        .catch((error: unknown) => error);

      expect({ fault, failed: isFault(outcome) }).toEqual({ fault, failed: true });
    }
  });

  test('removing it tells of every fault', async () => {
    for (const fault of anyFault) {
      s3.failing('DeleteObject', fault);

      await expect(s3.suiting(fault).remove(location, soon())).rejects.toBeInstanceOf(Error);
    }
    s3.heal();
    location = await store(s3.patient, bytes);
  });

  test('removing many tells of every fault', async () => {
    for (const fault of anyFault) {
      const driver = s3.suiting(fault);
      const many = [await store(s3.patient, randomBytes(10)), await store(s3.patient, randomBytes(10))];
      s3.failing('DeleteObjects', fault);

      const failed = await driver.removeAll(many, soon()).catch(() => new Map(many.map((one) => [one, ''])));

      expect({ fault, failed: [...failed.keys()].toSorted() }).toEqual({ fault, failed: many.toSorted() });
      s3.heal();
    }
  });

  test('a store that cannot remove many removes one after the other', async () => {
    const many = [await store(s3.patient, randomBytes(10)), await store(s3.patient, randomBytes(10))];
    const driver = new S3Driver(s3.settings());
    s3.failing('DeleteObjects', { kind: 'status', status: 501, code: 'NotImplemented' });

    const failed = await driver.removeAll(many, soon());

    expect([...failed]).toEqual([]);
    for (const one of many) await expect(driver.size(one, soon())).rejects.toBeInstanceOf(NoSuchObject);
    await driver.close();
  });

  test('setting it aside tells of every fault, and can be repeated', async () => {
    for (const operation of ['HeadObject', 'CopyObject', 'DeleteObject']) {
      for (const fault of anyFault) {
        s3.heal();
        const victim = await store(s3.patient, bytes.subarray(0, 1_000));
        s3.failing(operation, fault);
        const outcome = await s3
          .suiting(fault)
          .quarantine(victim, soon())
          .catch((error: unknown) => error);
        s3.heal();

        const aside = await s3.patient.quarantine(victim, soon());

        expect({ operation, fault, failed: isFault(outcome) }).toEqual({ operation, fault, failed: true });
        expect(await s3.patient.size(aside, soon())).toBe(1_000);
      }
    }
  });

  test('a list in pages of two is whole', async () => {
    for (let count = 0; count < 5; count++) {
      await store(s3.patient, randomBytes(10));
      await send(s3.patient, s3.patient.begin(), randomBytes((5 << 20) + 10));
    }
    const objects = await all(s3.patient.list(soon()));
    const drafts = await all(s3.patient.listDrafts(soon()));
    const before = s3.proxy.calls.length;
    s3.proxy.pageSize = 2;

    const objectsInPages = await all(s3.patient.list(soon()));
    const draftsInPages = await all(s3.patient.listDrafts(soon()));

    expect(objectsInPages).toEqual(objects);
    expect(draftsInPages).toEqual(drafts);
    expect(drafts.filter(({ draft }) => draft.multipart)).toHaveLength(5);
    expect(s3.proxy.calls.length - before).toBeGreaterThanOrEqual(3 + 3 + 3);
  });

  test('a list of which a page fails is an error', async () => {
    for (const operation of ['ListObjectsV2', 'ListMultipartUploads']) {
      for (const fault of anyFault) {
        s3.failing(operation, fault);

        await expect(all(s3.suiting(fault).listDrafts(soon()))).rejects.toBeInstanceOf(Error);
      }
    }
  });

  test('a list that says there is more, and not where, is an error', async () => {
    s3.proxy.pageSize = 2;
    s3.proxy.withoutMarkers = true;

    await expect(all(s3.patient.list(soon()))).rejects.toThrow('incomplete');
    await expect(all(s3.patient.listDrafts(soon()))).rejects.toThrow('incomplete');
  });
});
