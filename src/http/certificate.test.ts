import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { firstCertificate, secondCertificate, type TestCertificate } from '#test/support/certificates.ts';
import { type CertificateFiles, type KeyPair, readKeyPair, watchKeyPair } from './certificate.ts';

let folder: string;
let files: CertificateFiles;
let lines: string[];
let endings: (() => void)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moorage-certificate-'));
  files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  lines = [];
  endings = [];
  await put(firstCertificate);
});

afterEach(async () => {
  for (const end of endings) end();
  await rm(folder, { recursive: true });
});

async function put(pair: Partial<TestCertificate>): Promise<void> {
  if (pair.certificate !== undefined) await replace(files.certificate, pair.certificate);
  if (pair.key !== undefined) await replace(files.key, pair.key);
}

/** At once: whoever reads a file while it is written complains of an empty one first. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** The pairs that came into use, in order. */
async function watch(): Promise<KeyPair[]> {
  const used: KeyPair[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(line) });
  endings.push(watchKeyPair(files, await readKeyPair(files), log, (pair) => used.push(pair), 5));
  return used;
}

const soon = { timeout: 30_000 };

test('a new pair in the files comes into use once', async () => {
  const used = await watch();

  await put(secondCertificate);

  await vi.waitFor(() => expect(used).toHaveLength(1), soon);
  expect(String(used[0]?.cert)).toBe(secondCertificate.certificate);
});

test('a certificate without its key is reported once and the old pair stays', async () => {
  const used = await watch();

  await put({ certificate: secondCertificate.certificate });

  await vi.waitFor(() => expect(lines).toHaveLength(1), soon);
  expect(lines[0]).toContain('the old one stays');
  expect(used).toEqual([]);
});

test('after a broken pair the whole one is taken', async () => {
  const used = await watch();
  await put({ certificate: 'half of a file' });
  await vi.waitFor(() => expect(lines).toHaveLength(1), soon);

  await put(secondCertificate);

  await vi.waitFor(() => expect(used).toHaveLength(1), soon);
});

test('files that are no pair are refused at the start, with their names', async () => {
  await put({ key: secondCertificate.key });

  await expect(readKeyPair(files)).rejects.toThrow(/tls\.crt and .*tls\.key are no usable pair/);
});
