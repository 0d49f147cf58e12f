import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BlobDriver, type BlobReader, type Draft, DraftLost, NoSuchObject } from './driver.ts';

/** One backend, and as many drivers on it as processes would have. */
export interface Backend {
  open(): Promise<BlobDriver>;
  /** Removes the backend and whatever it holds. */
  end(): Promise<void>;
  /** Sizes at which this driver changes its ways. */
  sizes?: readonly number[];
}

const MiB = 1 << 20;

/** What every driver promises: see the comments in driver.ts. */
export function driverSuite(name: string, start: () => Promise<Backend>): void {
  describe(`the ${name} driver`, () => {
    let backend: Backend;
    let driver: BlobDriver;
    beforeAll(async () => {
      backend = await start();
      driver = await backend.open();
    });
    afterAll(async () => {
      await driver?.close();
      await backend?.end();
    });
    const context: SuiteContext = {
      driver: () => driver,
      another: () => backend.open(),
      sizes: () => [0, 1, 100_000, 3 * MiB + 1, ...(backend.sizes ?? [])],
    };
    objects(context);
    uploads(context);
    takeovers(context);
    lists(context);
  });
}

interface SuiteContext {
  driver(): BlobDriver;
  another(): Promise<BlobDriver>;
  sizes(): number[];
}

function objects({ driver, sizes }: SuiteContext): void {
  test('what was committed reads back, whole and in ranges', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);

      const location = await store(driver(), bytes);

      expect(await driver().size(location, soon())).toBe(size);
      expect((await fetchBytes(driver(), location, 0, size - 1)).equals(bytes)).toBe(true);
      for (const [first, last] of rangesOf(size)) {
        const part = await fetchBytes(driver(), location, first, last);
        expect(part.equals(bytes.subarray(first, last + 1))).toBe(true);
      }
    }
  });

  test('an object shorter than asked for ends in an error, and never in "no such object"', async () => {
    const location = await store(driver(), randomBytes(1_000));

    const reading = fetchBytes(driver(), location, 0, 1_000);

    await expect(reading).rejects.not.toBeInstanceOf(NoSuchObject);
  });

  test('the space is told where there is a volume, and is no more free than there is', async () => {
    const space = await driver().space(soon());

    expect(space === undefined || (space.total > 0 && space.free <= space.total)).toBe(true);
  });

  test('what does not exist is NoSuchObject', async () => {
    const location = await store(driver(), randomBytes(10));
    await driver().remove(location, soon());

    await expect(driver().size(location, soon())).rejects.toBeInstanceOf(NoSuchObject);
    await expect(fetchBytes(driver(), location, 0, 9)).rejects.toBeInstanceOf(NoSuchObject);
    await expect(fetchBytes(driver(), location, 0, -1)).rejects.toBeInstanceOf(NoSuchObject);
    await expect(driver().quarantine(location, soon())).rejects.toBeInstanceOf(NoSuchObject);
  });

  test('removing many removes those that are there', async () => {
    const gone: string[] = [];
    for (let count = 0; count < 12; count++) gone.push(await store(driver(), randomBytes(10)));
    const kept = await store(driver(), randomBytes(10));
    await driver().remove(gone[0] ?? '', soon());

    const failed = await driver().removeAll(gone, soon());

    expect([...failed]).toEqual([]);
    const left = await locations(driver());
    expect(left).toContain(kept);
    expect(left.filter((location) => gone.includes(location))).toEqual([]);
  });

  test('removing twice is fine', async () => {
    const location = await store(driver(), randomBytes(10));

    await driver().remove(location, soon());

    await expect(driver().remove(location, soon())).resolves.toBeUndefined();
  });

  test('a quarantined object is readable only at its new place', async () => {
    const bytes = randomBytes(70_000);
    const location = await store(driver(), bytes);

    const aside = await driver().quarantine(location, soon());

    await expect(driver().size(location, soon())).rejects.toBeInstanceOf(NoSuchObject);
    expect((await fetchBytes(driver(), aside, 0, 69_999)).equals(bytes)).toBe(true);
    expect(await locations(driver())).not.toContain(aside);
    expect(await driver().quarantine(location, soon())).toBe(aside);
  });

  test('a call whose signal is spent fails', async () => {
    const location = await store(driver(), randomBytes(10));
    const spent = AbortSignal.abort(new Error('too late'));

    await expect(driver().read(location, { start: 0, end: 9 }, spent)).rejects.toThrow('too late');
    await expect(driver().size(location, spent)).rejects.toThrow('too late');
    await expect(driver().append(driver().begin(), { takeover: false, signal: spent })).rejects.toThrow(
      'too late',
    );
  });
}

function uploads({ driver, another, sizes }: SuiteContext): void {
  test('an upload in pieces of any size is one object', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      let draft = driver().begin();
      let sent = 0;
      for (const piece of [1, 70_000, 0, Math.floor(size / 2), size]) {
        const end = Math.min(size, sent + piece);
        draft = await send(driver(), draft, bytes.subarray(sent, end));
        sent = end;
        expect(draft.size).toBe(sent);
      }

      const location = await driver().commit(draft, digestOf(bytes), soon());

      expect((await fetchBytes(driver(), location, 0, size - 1)).equals(bytes)).toBe(true);
    }
  });

  test('a draft can be read again, and goes on afterwards', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      const draft = await send(driver(), driver().begin(), bytes);

      expect((await draftBytes(driver(), draft)).equals(bytes)).toBe(true);

      const added = randomBytes(6 * MiB);
      const more = await send(driver(), draft, added);
      const whole = Buffer.concat([bytes, added]);
      const location = await driver().commit(more, digestOf(whole), soon());
      expect((await fetchBytes(driver(), location, 0, whole.length - 1)).equals(whole)).toBe(true);
    }
  });

  test('an aborted writer leaves what was confirmed before it', async () => {
    const bytes = randomBytes(6 * MiB);
    const draft = await send(driver(), driver().begin(), bytes);
    const writer = await driver().append(draft, { takeover: false, signal: soon() });
    for (let count = 0; count < 3; count++) await writer.write(randomBytes(6 * MiB));
    await writer.abort();

    const location = await driver().commit(
      await send(driver(), draft, Buffer.from('x')),
      digestOf(bytes),
      soon(),
    );

    const whole = Buffer.concat([bytes, Buffer.from('x')]);
    expect((await fetchBytes(driver(), location, 0, whole.length - 1)).equals(whole)).toBe(true);
  });

  test('an aborted new upload leaves nothing behind', async () => {
    const before = await all(driver().listDrafts(soon()));
    const writer = await driver().append(driver().begin(), { takeover: false, signal: soon() });
    for (let count = 0; count < 3; count++) await writer.write(randomBytes(6 * MiB));

    await writer.abort();

    expect(await all(driver().listDrafts(soon()))).toEqual(before);
  });

  test('a writer that was aborted at once can be followed by another', async () => {
    const draft = driver().begin();
    const writer = await driver().append(draft, { takeover: false, signal: soon() });
    await writer.write(Buffer.from('lost'));
    await writer.abort();

    const location = await driver().commit(
      await send(driver(), draft, Buffer.from('kept')),
      anyDigest(),
      soon(),
    );

    expect((await fetchBytes(driver(), location, 0, 3)).toString()).toBe('kept');
  });

  test('a writer whose signal is aborted fails, and the draft stays as it was', async () => {
    const draft = await send(driver(), driver().begin(), Buffer.from('kept'));
    const gone = new AbortController();
    const writer = await driver().append(draft, { takeover: false, signal: gone.signal });
    await writer.write(Buffer.from('lost'));
    gone.abort(new Error('the client left'));

    await expect(writer.close()).rejects.toThrow('the client left');

    expect((await draftBytes(driver(), draft)).toString()).toBe('kept');
  });

  test('a closed writer takes no more', async () => {
    const writer = await driver().append(driver().begin(), { takeover: false, signal: soon() });
    await writer.write(Buffer.from('all'));
    await writer.close();

    await expect(writer.write(Buffer.from('more'))).rejects.toThrow('closed');
    await expect(writer.close()).rejects.toThrow('closed');
    await expect(writer.abort()).resolves.toBeUndefined();
  });

  test('a commit repeated after a lost answer gives the same object, from any process', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      const draft = wire(await send(driver(), driver().begin(), bytes));

      const location = await driver().commit(draft, digestOf(bytes), soon());

      const other = await another();
      expect(await driver().commit(draft, digestOf(bytes), soon())).toBe(location);
      expect(await other.commit(draft, digestOf(bytes), soon())).toBe(location);
      expect((await fetchBytes(other, location, 0, size - 1)).equals(bytes)).toBe(true);
      await other.close();
    }
  });

  test('discarding a draft after its commit leaves the object alone', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      const draft = await send(driver(), driver().begin(), bytes);
      const location = await driver().commit(draft, digestOf(bytes), soon());

      await driver().discard(draft, soon());

      expect((await fetchBytes(driver(), location, 0, size - 1)).equals(bytes)).toBe(true);
    }
  });

  test('a discarded draft is lost, and says so', async () => {
    for (const size of sizes().filter((each) => each > 0)) {
      const draft = await send(driver(), driver().begin(), randomBytes(size));

      await driver().discard(draft, soon());
      await driver().discard(draft, soon());

      await expect(draftBytes(driver(), draft)).rejects.toBeInstanceOf(DraftLost);
      await expect(send(driver(), draft, randomBytes(6 * MiB))).rejects.toBeInstanceOf(DraftLost);
      await expect(driver().commit(draft, anyDigest(), soon())).rejects.toBeInstanceOf(DraftLost);
    }
  });

  test('sixteen uploads of the same bytes at once are sixteen objects', async () => {
    const bytes = randomBytes(200_000);

    const found = await Promise.all(Array.from({ length: 16 }, () => store(driver(), bytes)));

    expect(new Set(found).size).toBe(16);
    for (const location of found) {
      expect((await fetchBytes(driver(), location, 0, bytes.length - 1)).equals(bytes)).toBe(true);
    }
  });

  test('only a sha256 or sha512 digest can be committed', async () => {
    const draft = await send(driver(), driver().begin(), Buffer.from('x'));

    for (const digest of ['sha256:../../x', 'md5:00', `sha256:${'A'.repeat(64)}`, '']) {
      await expect(driver().commit(draft, digest, soon())).rejects.toThrow('not a sha256 or sha512 digest');
    }
  });
}

function takeovers({ driver, another, sizes }: SuiteContext): void {
  test('what a former writer writes after a takeover does not reach the draft', async () => {
    for (const size of sizes()) {
      const confirmed = randomBytes(size);
      const draft = wire(await send(driver(), driver().begin(), confirmed));
      const former = await driver().append(draft, { takeover: false, signal: soon() });
      const other = await another();

      const added = randomBytes(6 * MiB);
      const taken = await takeOver(other, draft, added);
      await former.write(randomBytes(7 * MiB))?.catch(() => {}); // may fail: its upload can be gone
      await former.close().catch(() => {});
      const location = await other.commit(taken, anyDigest(), soon());

      const whole = Buffer.concat([confirmed, added]);
      expect(await other.size(location, soon())).toBe(whole.length);
      expect((await fetchBytes(other, location, 0, whole.length - 1)).equals(whole)).toBe(true);
      await other.discard(draft, soon());
      expect((await fetchBytes(other, location, 0, whole.length - 1)).equals(whole)).toBe(true);
      await other.close();
    }
  });

  test('what a former writer has under way during a takeover does not reach the draft', async () => {
    const draft = wire(await send(driver(), driver().begin(), Buffer.from('old')));
    const former = await driver().append(draft, { takeover: false, signal: soon() });
    void former.write(randomBytes(12 * MiB))?.catch(() => {});
    const other = await another();

    const taken = await takeOver(other, draft, Buffer.from('new'));
    await former.abort();
    const location = await other.commit(taken, anyDigest(), soon());

    expect((await fetchBytes(other, location, 0, 5)).toString()).toBe('oldnew');
    expect(await other.size(location, soon())).toBe(6);
    await other.close();
  });

  test('a draft taken over and closed without more bytes can be committed', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      const draft = wire(await send(driver(), driver().begin(), bytes));
      const other = await another();

      expect((await draftBytes(other, draft)).equals(bytes)).toBe(true);
      const writer = await other.append(draft, { takeover: true, signal: soon() });
      const location = await other.commit(await writer.close(), digestOf(bytes), soon());

      expect((await fetchBytes(driver(), location, 0, size - 1)).equals(bytes)).toBe(true);
      await other.close();
    }
  });

  test('the former writer and who took over commit to places of their own, so neither can remove the other’s', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      const draft = wire(await send(driver(), driver().begin(), bytes));
      const other = await another();

      const writer = await other.append(draft, { takeover: true, signal: soon() });
      const taken = await writer.close();
      const [former, location] = [
        await driver().commit(draft, digestOf(bytes), soon()),
        await other.commit(taken, digestOf(bytes), soon()),
      ];
      await driver().remove(former, soon());

      expect((await fetchBytes(other, location, 0, size - 1)).equals(bytes)).toBe(true);
      await other.close();
    }
  });

  test('a takeover that was not stored can be done again', async () => {
    for (const size of sizes()) {
      const bytes = randomBytes(size);
      const draft = wire(await send(driver(), driver().begin(), bytes));
      const other = await another();
      const lost = await other.append(draft, { takeover: true, signal: soon() });
      await lost.write(randomBytes(100));
      await lost.close();

      const writer = await other.append(draft, { takeover: true, signal: soon() });
      await writer.write(Buffer.from('again'));
      const location = await other.commit(await writer.close(), anyDigest(), soon());

      const whole = Buffer.concat([bytes, Buffer.from('again')]);
      expect((await fetchBytes(driver(), location, 0, whole.length - 1)).equals(whole)).toBe(true);
      await other.close();
    }
  });
}

function lists({ driver, sizes }: SuiteContext): void {
  test('the list has every object once with its size and time, and no draft', async () => {
    const before = await locations(driver());
    const draft = await send(driver(), driver().begin(), randomBytes(10));
    const made = new Map<string, number>();
    for (const size of sizes()) made.set(await store(driver(), randomBytes(size)), size);

    const listed = await all(driver().list(soon()));

    const added = listed.filter(({ location }) => !before.includes(location));
    expect(new Map(added.map(({ location, size }) => [location, size]))).toEqual(made);
    expect(new Set(listed.map(({ location }) => location)).size).toBe(listed.length);
    for (const { modifiedAt } of added) expect(Math.abs(Date.now() - modifiedAt)).toBeLessThan(60_000);
    await driver().discard(draft, soon());
  });

  test('what is listed of drafts can be discarded until nothing is left', async () => {
    for (const size of sizes()) await send(driver(), driver().begin(), randomBytes(size));

    for (const { draft, modifiedAt } of await all(driver().listDrafts(soon()))) {
      expect(Math.abs(Date.now() - modifiedAt)).toBeLessThan(60_000);
      await driver().discard(draft, soon());
    }

    expect(await all(driver().listDrafts(soon()))).toEqual([]);
  });
}

/** Generous: a slow machine is not a failure; a hang is. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Drivers never hash: for tests that look at the bytes anyway. */
function anyDigest(): string {
  return digestOf(randomBytes(8));
}

/** Appends bytes as a socket gives them, and confirms them. */
export async function send(driver: BlobDriver, draft: Draft, bytes: Buffer): Promise<Draft> {
  const writer = await driver.append(draft, { takeover: false, signal: soon() });
  for (let start = 0; start < bytes.length; start += 65_536) {
    await writer.write(Buffer.from(bytes.subarray(start, start + 65_536)));
  }
  return writer.close();
}

/** A whole upload; returns its location. */
export async function store(driver: BlobDriver, bytes: Buffer): Promise<string> {
  return driver.commit(await send(driver, driver.begin(), bytes), digestOf(bytes), soon());
}

export async function fetchBytes(
  driver: BlobDriver,
  location: string,
  start: number,
  end: number,
): Promise<Buffer> {
  return drain(await driver.read(location, { start, end }, soon()));
}

/** Everything that a reader gives; chunks are valid only until the next one, so each is copied. */
export async function drain(reader: BlobReader): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) chunks.push(Buffer.from(chunk));
  } finally {
    await reader.close();
  }
  return Buffer.concat(chunks);
}

async function draftBytes(driver: BlobDriver, draft: Draft): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of driver.readDraft(draft, soon())) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function locations(driver: BlobDriver): Promise<string[]> {
  return (await all(driver.list(soon()))).map(({ location }) => location);
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function takeOver(driver: BlobDriver, draft: Draft, bytes: Buffer): Promise<Draft> {
  const writer = await driver.append(draft, { takeover: true, signal: soon() });
  await writer.write(Buffer.from(bytes)); // chunks are handed over, memory and all
  return wire(await writer.close());
}

/** Drafts go through a database between two requests. */
function wire(draft: Draft): Draft {
  return JSON.parse(JSON.stringify(draft)) as Draft;
}

function rangesOf(size: number): [number, number][] {
  const last = size - 1;
  const ranges: [number, number][] = [
    [0, 0],
    [last, last],
    [Math.floor(size / 3), Math.floor(size / 2)],
    [1, last],
  ];
  return ranges.filter(([start, end]) => start <= end && end <= last && start >= 0);
}
