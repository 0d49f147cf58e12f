import type { Report, StoredDraft, StoredObject } from './driver.ts';
import { errorCode, type FileStat } from './files.ts';
import type { FilesystemRoot } from './filesystem-root.ts';
import { algorithms, draftName, fanOutName, isObjectName } from './layout.ts';

/**
 * Walks over what is stored, a few names at a time.
 *
 * Names that the driver never makes (left by people or by other programs, in any encoding) are passed to
 * `report` and skipped. What cannot be read is passed to `report` too; the walk goes on with the rest and throws
 * at its end, so that nobody takes an incomplete list for a complete one.
 */
export class FilesystemWalk {
  readonly #root: FilesystemRoot;
  readonly #signal: AbortSignal;
  readonly #report: Report | undefined;
  #unreadable: unknown[] = [];

  constructor(root: FilesystemRoot, signal: AbortSignal, report: Report | undefined) {
    this.#root = root;
    this.#signal = signal;
    this.#report = report;
  }

  async *objects(): AsyncGenerator<StoredObject> {
    for await (const algorithm of this.#names('blobs', (name) => algorithms.includes(name))) {
      for await (const fanOut of this.#names(`blobs/${algorithm}`, isFanOut)) {
        const isObject = (name: string) => isObjectName(algorithm, fanOut, name);
        for await (const { location, stat } of this.#filesIn(`blobs/${algorithm}/${fanOut}`, isObject)) {
          yield { location, size: stat.size, modifiedAt: stat.modifiedAt };
        }
      }
    }
    this.#complete('objects');
  }

  async *drafts(): AsyncGenerator<StoredDraft> {
    for await (const { location, stat } of this.#filesIn('drafts', (name) => draftName.test(name))) {
      yield { draft: { key: location, size: stat.size }, modifiedAt: stat.modifiedAt };
    }
    this.#complete('drafts');
  }

  async *#filesIn(folder: string, isOurs: (name: string) => boolean): AsyncGenerator<Found> {
    for await (const name of this.#names(folder, isOurs)) {
      const location = `${folder}/${name}`;
      try {
        const stat = await this.#root.find(location);
        if (!stat) continue; // removed or committed since it was listed
        if (stat.isFile) yield { location, stat };
        else this.#report?.(location, 'not a file');
      } catch (error) {
        this.#cannotRead(location, error);
      }
    }
  }

  async *#names(folder: string, isOurs: (name: string) => boolean): AsyncGenerator<string> {
    const names = this.#root.files.names(`${this.#root.path}/${folder}`)[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.#signal.throwIfAborted();
        const name = await this.#nextName(names, folder);
        if (name === undefined) return;
        if (isOurs(name)) yield name;
        else this.#report?.(`${folder}/${name}`, 'not a name that this storage makes');
      }
    } finally {
      await names.return?.();
    }
  }

  async #nextName(names: AsyncIterator<string>, folder: string): Promise<string | undefined> {
    try {
      const next = await names.next();
      return next.done ? undefined : next.value;
    } catch (error) {
      if (errorCode(error) === 'ENOTDIR') this.#report?.(folder, 'not a folder');
      else this.#cannotRead(folder, error);
      return undefined;
    }
  }

  #cannotRead(location: string, error: unknown): void {
    this.#report?.(location, error instanceof Error ? error.message : String(error));
    if (this.#unreadable.length < 10) this.#unreadable.push(error);
  }

  #complete(what: string): void {
    if (this.#unreadable.length === 0) return;
    throw new AggregateError(
      this.#unreadable,
      `the list of ${what} is incomplete: parts of it could not be read`,
    );
  }
}

interface Found {
  location: string;
  stat: FileStat;
}

function isFanOut(name: string): boolean {
  return fanOutName.test(name);
}
