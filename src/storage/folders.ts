import { errorCode, type Files } from './files.ts';

/**
 * Makes names durable. A name survives a power cut only when the folder that holds it has been synced, and that
 * folder's own name likewise, up to the root.
 *
 * Syncs of one folder that are asked for while one runs share the next one: it starts after all of them changed
 * the folder, so it covers them all (group commit).
 */
export class Folders {
  readonly #files: Files;
  readonly #syncs = new Map<string, Sync>();
  /**
   * Folders whose own name this process has synced. Another process may have made a folder a microsecond ago
   * without having synced it yet, so EEXIST proves nothing. Bounded; forgetting one costs a sync.
   */
  readonly #durable = new Set<string>();
  readonly #limit: number;

  constructor(files: Files, limit = 16_384) {
    this.#files = files;
    this.#limit = limit;
  }

  sync(path: string): Promise<void> {
    const known = this.#syncs.get(path);
    if (known) {
      known.next ??= known.running.then(ignore, ignore).then(() => this.#start(path));
      return known.next;
    }
    return this.#start(path);
  }

  #start(path: string): Promise<void> {
    const running = this.#files.syncFolder(path);
    const sync: Sync = { running, next: undefined };
    this.#syncs.set(path, sync);
    const end = () => {
      if (sync.next === undefined) this.#syncs.delete(path);
    };
    running.then(end, end);
    return running;
  }

  /**
   * Makes the folders `top/a`, `top/a/b`, … and returns those that must be synced before a name in the last one
   * is durable: the last one itself, and every folder in which this process has not yet synced the next name.
   * `top` itself must exist: when it does not, a volume is not mounted, and making it would write to the wrong disk.
   */
  async make(top: string, parts: readonly string[]): Promise<string[]> {
    const chain = parts.map((_, index) => `${top}/${parts.slice(0, index + 1).join('/')}`);
    await this.#makeChain(chain, chain.length - 1);
    const unsynced = chain.flatMap((folder) => (this.#durable.has(folder) ? [] : [parentOf(folder)]));
    return [chain.at(-1) ?? top, ...unsynced.reverse()];
  }

  async #makeChain(chain: readonly string[], index: number): Promise<void> {
    const folder = chain[index];
    if (folder === undefined || this.#durable.has(folder)) return;
    try {
      await this.#files.mkdir(folder);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return;
      if (errorCode(error) !== 'ENOENT' || index === 0) throw error;
      await this.#makeChain(chain, index - 1);
      await this.#files.mkdir(folder).catch(unlessItExists);
    }
  }

  /**
   * Syncs what `make` returned, all at once: a journal writes them in one commit, so three folders cost little
   * more than one (see filesystem.ts for the numbers). Any failure is a failure of the name.
   */
  async settle(top: string, parts: readonly string[], folders: readonly string[]): Promise<void> {
    await Promise.all(folders.map((folder) => this.sync(folder)));
    for (const [index] of parts.entries()) this.#remember(`${top}/${parts.slice(0, index + 1).join('/')}`);
  }

  /** Someone removed folders behind our back. */
  forget(): void {
    this.#durable.clear();
  }

  #remember(folder: string): void {
    if (this.#durable.has(folder)) return;
    if (this.#durable.size >= this.#limit) {
      const oldest = this.#durable.values().next();
      if (!oldest.done) this.#durable.delete(oldest.value);
    }
    this.#durable.add(folder);
  }
}

interface Sync {
  running: Promise<void>;
  next: Promise<void> | undefined;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function ignore(): void {}

function unlessItExists(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}
