import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeS3 } from '#test/support/s3.ts';
import { anyFault, type FaultyDrivers, startFaultyDrivers } from '#test/support/s3-faulty-drivers.ts';
import type { Fault } from '#test/support/s3-faults.ts';
import { type Draft, DraftLost, NoSuchObject } from './driver.ts';
import { digestOf, drain, send, soon } from './driver.suite.ts';
import { S3Driver } from './s3.ts';
import type { S3Settings } from './settings.ts';

const small = randomBytes(10_000);
/** A part and a tail. */
const large = randomBytes((5 << 20) + 100_000);

/** The calls of an upload, and what else can go wrong at each. */
const smallCalls: Readonly<Record<string, readonly Fault[]>> = {
  PutObject: [{ kind: 'flipUp' }, { kind: 'pretend' }],
  CopyObject: [{ kind: 'errorIn200', code: 'InternalError' }, { kind: 'pretend' }],
  HeadObject: [
    { kind: 'size', size: 672 },
    { kind: 'size', size: 0 },
  ],
};
const largeCalls: Readonly<Record<string, readonly Fault[]>> = {
  CreateMultipartUpload: [{ kind: 'pretend' }],
  UploadPart: [{ kind: 'flipUp' }, { kind: 'pretend' }],
  PutObject: [{ kind: 'flipUp' }, { kind: 'pretend' }],
  UploadPartCopy: [{ kind: 'errorIn200', code: 'InternalError' }, { kind: 'pretend' }],
  CompleteMultipartUpload: [
    { kind: 'errorIn200', code: 'InternalError' },
    { kind: 'pretend' },
    { kind: 'shorten', to: 0 },
    { kind: 'truncate', after: 40 },
  ],
  HeadObject: [
    { kind: 'size', size: 672 },
    { kind: 'size', size: 0 },
  ],
};
/** The server did it and the answer was lost: looking may show that, so success is right when the bytes are. */
const unknownOutcome = new Set(['dropAfter', 'hang', 'shorten', 'truncate']);

describeS3('uploads to S3 that fails', () => {
  let s3: FaultyDrivers;
  beforeAll(async () => {
    s3 = await startFaultyDrivers();
  });
  afterEach(() => s3.heal());
  afterAll(() => s3?.end());

  const upload = async (driver: S3Driver, bytes: Buffer) => {
    const draft = await send(driver, driver.begin(), bytes);
    return driver.commit(draft, digestOf(bytes), soon());
  };
  const isThere = async (location: string, bytes: Buffer) => {
    const range = { start: 0, end: bytes.length - 1, total: bytes.length };
    return (await drain(await s3.patient.read(location, range, soon()))).equals(bytes);
  };

  for (const [calls, bytes] of [
    [smallCalls, small],
    [largeCalls, large],
  ] as const) {
    for (const operation of Object.keys(calls)) {
      test(`${operation} of ${bytes.length} bytes goes wrong: an error, or a whole object`, async () => {
        for (const fault of [...anyFault, ...(calls[operation] ?? [])]) {
          s3.failing(operation, fault);

          const outcome = await upload(s3.suiting(fault), bytes).catch((error: unknown) => error);

          s3.heal();
          const worked = typeof outcome === 'string' && (await isThere(outcome, bytes));
          const failed = outcome instanceof Error && !(outcome instanceof NoSuchObject);
          expect({ fault, right: failed || (worked && unknownOutcome.has(fault.kind)) }).toEqual({
            fault,
            right: true,
          });
        }
      });
    }
  }

  test('an upload gets over a fault that happens once', async () => {
    for (const [calls, bytes] of [
      [smallCalls, small],
      [largeCalls, large],
    ] as const) {
      for (const operation of [...Object.keys(calls), 'DeleteObject', 'PutObjectTagging']) {
        for (const fault of [
          { kind: 'status', status: 500, code: 'InternalError' },
          { kind: 'dropAfter' },
        ] as const) {
          s3.failing(operation, fault, 1);

          const location = await upload(s3.persistent, bytes);

          expect(await isThere(location, bytes)).toBe(true);
        }
      }
    }
  });

  test('a fault while a draft goes on is an error, and afterwards the draft goes on', async () => {
    const confirmed = await send(s3.patient, s3.patient.begin(), large);
    const calls = {
      ListParts: anyFault,
      GetObject: [...anyFault, { kind: 'flipDown' }, { kind: 'shorten', to: 100 }],
      PutObject: [...anyFault, { kind: 'flipUp' }],
    } as const;
    for (const [operation, each] of Object.entries(calls)) {
      for (const fault of each) {
        s3.failing(operation, fault);

        const outcome = await send(s3.suiting(fault), confirmed, Buffer.from('x')).catch(
          (error: unknown) => error,
        );

        expect({ fault, failed: outcome instanceof Error && !isLost(outcome) }).toEqual({
          fault,
          failed: true,
        });
      }
    }
    s3.heal();

    const whole = Buffer.concat([large, Buffer.from('x')]);
    const draft = await send(s3.patient, confirmed, Buffer.from('x'));
    expect(await isThere(await s3.patient.commit(draft, digestOf(whole), soon()), whole)).toBe(true);
  });

  const takeOver = async (driver: S3Driver, draft: Draft, bytes: Buffer) => {
    const writer = await driver.append(draft, { takeover: true, signal: soon() });
    await writer.write(bytes);
    return writer.close();
  };

  test('a takeover that fails at any call can be repeated', async () => {
    const calls = [
      'CompleteMultipartUpload',
      'HeadObject',
      'CreateMultipartUpload',
      'GetObject',
      'UploadPart',
    ];
    for (const operation of [...calls, 'PutObject']) {
      const draft = await send(s3.patient, s3.patient.begin(), large);
      s3.failing(operation, { kind: 'dropAfter' });
      const outcome = await takeOver(s3.patient, draft, Buffer.from('x')).catch((error: unknown) => error);
      s3.heal();
      expect(isLost(outcome)).toBe(false);

      const taken = await takeOver(s3.patient, draft, Buffer.from('y'));

      const whole = Buffer.concat([large, Buffer.from('y')]);
      expect(await isThere(await s3.patient.commit(taken, digestOf(whole), soon()), whole)).toBe(true);
    }
  });

  test('a commit whose answers were all lost succeeds when it is repeated', async () => {
    for (const [bytes, operation] of [
      [small, 'CopyObject'],
      [small, 'HeadObject'],
      [large, 'CompleteMultipartUpload'],
      [large, 'HeadObject'],
    ] as const) {
      const draft = await send(s3.patient, s3.patient.begin(), bytes);
      s3.failing(operation, { kind: 'dropAfter' });
      await s3.patient.commit(draft, digestOf(bytes), soon()).catch(() => {});
      s3.heal();

      const location = await s3.patient.commit(draft, digestOf(bytes), soon());

      expect(await isThere(location, bytes)).toBe(true);
    }
  });

  test('a commit whose answer was lost is no lost draft while nobody can look at what it made', async () => {
    const twoParts = randomBytes(10 << 20);
    for (const bytes of [small, large, twoParts]) {
      const draft = await send(s3.patient, s3.patient.begin(), bytes);
      s3.failing(bytes === small ? 'CopyObject' : 'CompleteMultipartUpload', { kind: 'dropAfter' });
      await s3.patient.commit(draft, digestOf(bytes), soon()).catch(() => {});
      for (const unseen of anyFault) {
        // Not every store tells of a completion twice.
        s3.proxy.fault = (operation) =>
          operation === 'CompleteMultipartUpload'
            ? { kind: 'status', status: 404, code: 'NoSuchUpload' }
            : operation === 'HeadObject'
              ? unseen
              : undefined;

        const driver = s3.suiting(unseen);
        const outcome = await driver.commit(draft, digestOf(bytes), soon()).catch((error: unknown) => error);

        const failed = outcome instanceof Error && !isLost(outcome);
        expect({ bytes: bytes.length, unseen, failed }).toEqual({
          bytes: bytes.length,
          unseen,
          failed: true,
        });
      }
      s3.heal();
      expect(await isThere(await s3.patient.commit(draft, digestOf(bytes), soon()), bytes)).toBe(true);
    }
  });

  test('one wrong look at a committed object is looked at again; a wrong object ends the upload', async () => {
    for (const bytes of [small, large]) {
      const draft = await send(s3.patient, s3.patient.begin(), bytes);
      s3.failing('HeadObject', { kind: 'size', size: 672 }, 1);
      const location = await s3.patient.commit(draft, digestOf(bytes), soon());
      s3.failing('HeadObject', { kind: 'size', size: 672 }, 1);
      const again = await s3.patient.commit(draft, digestOf(bytes), soon());
      s3.failing('HeadObject', { kind: 'size', size: 672 });
      const wrong = s3.patient.commit(draft, digestOf(bytes), soon());

      await expect(wrong).rejects.toBeInstanceOf(DraftLost);
      s3.heal();
      expect(again).toBe(location);
      expect(await isThere(location, bytes)).toBe(true);
    }
  });

  test('a takeover that reads or sends a byte wrongly is an error, and can be repeated', async () => {
    const settings = (inside: boolean) => s3.settings({ partSize: inside ? 6 << 20 : 5 << 20 });
    const pieces = [5.4, 5.4, 5.4].map((size) => randomBytes(Math.floor(size * (1 << 20))));
    for (const inside of [true, false]) {
      const driver = await driverThat(inside, settings(inside));
      let draft = driver.begin();
      for (const piece of pieces) draft = await send(driver, draft, piece);
      for (const [operation, fault] of [
        ['GetObject', { kind: 'flipDown' }],
        ['UploadPart', { kind: 'status', status: 400, code: 'BadDigest' }],
      ] as const) {
        s3.failing(operation, fault, 1);
        const outcome = await takeOver(driver, draft, randomBytes(5 << 20)).catch((error: unknown) => error);
        s3.heal();

        expect({ inside, operation, failed: outcome instanceof Error && !isLost(outcome) }).toEqual({
          inside,
          operation,
          failed: true,
        });
      }
      const taken = await takeOver(driver, draft, Buffer.from('y'));
      const whole = Buffer.concat([...pieces, Buffer.from('y')]);
      expect(await isThere(await driver.commit(taken, digestOf(whole), soon()), whole)).toBe(true);
      await driver.close();
    }
  });

  /** A driver that tries once, on a store that copies ranges itself, or that does not do it well. */
  const driverThat = async (copiesRanges: boolean, settings: S3Settings) => {
    const driver = new S3Driver({ ...settings, timeouts: { attempts: 1 } });
    s3.proxy.fault = (_, { 'x-amz-copy-source-range': range }) =>
      copiesRanges || range === undefined
        ? undefined
        : { kind: 'status', status: 501, code: 'NotImplemented' };
    await driver.probe();
    s3.heal();
    return driver;
  };

  test('a multipart upload that the store has forgotten is a lost draft', async () => {
    const draft = await send(s3.patient, s3.patient.begin(), large);
    await s3.patient.discard(draft, soon());

    const calls = [
      () => send(s3.patient, draft, Buffer.from('x')),
      () => takeOver(s3.patient, draft, Buffer.from('x')),
      () => s3.patient.commit(draft, digestOf(large), soon()),
    ];

    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(DraftLost);
  });

  test('a part that another writer has replaced makes the draft lost, and never an object', async () => {
    const draft = await send(s3.patient, s3.patient.begin(), large);
    const parts = draft.multipart?.parts.map((part) => ({
      ...part,
      etag: '"00000000000000000000000000000000"',
    }));
    const replaced = { ...draft, multipart: { id: '', ...draft.multipart, parts: parts ?? [] } };

    await expect(s3.patient.commit(replaced, digestOf(large), soon())).rejects.toBeInstanceOf(DraftLost);
  });

  test('parts that are not what was sent make the draft lost, and never an object', async () => {
    for (const bytes of [large, large.subarray(0, 5 << 20), Buffer.concat([large, large])]) {
      const draft = await send(s3.patient, s3.patient.begin(), large.subarray(0, 200_000));
      const whole = await send(s3.patient, draft, bytes);
      const other = { ...whole, crc32: 1 };

      await expect(s3.patient.commit(other, digestOf(large), soon())).rejects.toBeInstanceOf(DraftLost);
    }
  });
});

function isLost(outcome: unknown): boolean {
  return outcome instanceof DraftLost || outcome instanceof NoSuchObject;
}
