import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file in one step and makes both content and name survive a power cut. One that is the same stays. */
export async function writeDurably(file: string, content: string, mode: number): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === content) return;
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, content, { mode, flag: 'wx', flush: true });
  await rename(draft, file);
  await syncFolder(dirname(file));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
