import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeDurably } from '#src/database/durable-file.ts';

const keyFile = 'secret.key';
/** As for the setting; the file may have been written by hand. */
const leastCharacters = 32;

/**
 * The 32 bytes from which keys for secrets in the database are derived: of the setting, or of `secret.key` in the
 * data folder, which is made when absent. Text is hashed, so the file's content works as the setting elsewhere.
 */
export async function loadSecretKey(data: string, setting: string | undefined): Promise<Uint8Array> {
  const text = setting ?? (await readOrMake(join(data, keyFile)));
  if (text.length < leastCharacters) {
    throw new Error(
      `the secret key has ${text.length} characters; it needs ${leastCharacters} (${join(data, keyFile)})`,
    );
  }
  return createHash('sha256').update(text).digest();
}

async function readOrMake(file: string): Promise<string> {
  const found = await readIfThere(file);
  if (found !== undefined) return found;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeDurably(draft, `${randomBytes(32).toString('base64')}\n`, 0o600);
  // A link, unlike a rename, never replaces a key that another replica on the same folder made meanwhile.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  await syncFolder(dirname(file));
  return (await readIfThere(file)) ?? '';
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
