import { until } from './deadline.ts';
import { NoSuchObject } from './driver.ts';
import { errorCode, type Files, type FileStat, nodeFiles, readOnly } from './files.ts';
import { Folders } from './folders.ts';
import { checkLocation } from './layout.ts';

/** The folder that holds everything, and the rule that tells "not there" from a fault. */
export class FilesystemRoot {
  readonly path: string;
  readonly files: Files;
  readonly folders: Folders;

  /** `path` is absolute. */
  constructor(path: string, files: Files = nodeFiles) {
    this.path = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    this.files = files;
    this.folders = new Folders(files);
  }

  at(location: string): string {
    checkLocation(location);
    return `${this.path}/${location}`;
  }

  /** The descriptor is the caller's; one that arrives after the deadline is closed. */
  openForReading(location: string, signal: AbortSignal): Promise<number> {
    return this.open(location, readOnly, signal);
  }

  open(location: string, flags: number, signal: AbortSignal): Promise<number> {
    return until(signal, this.files.open(this.at(location), flags), (late) => this.close(late));
  }

  /** Closes a descriptor through which nothing was written that still matters. */
  close(fd: number): void {
    this.files.close(fd).catch(nothingMore);
  }

  /** Undefined when there is nothing of that name. */
  async find(location: string): Promise<FileStat | undefined> {
    try {
      return await this.files.stat(this.at(location));
    } catch (error) {
      if (await this.isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** Waits for `work`; "no such file" becomes NoSuchObject, everything else stays what it is. */
  async orNoObject<T>(location: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (await this.isAbsence(error)) throw new NoSuchObject(location);
      throw error;
    }
  }

  /**
   * ENOENT means "not there" only while the tree itself is there. An unmounted volume leaves an empty folder in
   * which nothing exists; believing it would answer 404 for every blob, and let a clean-up draw conclusions.
   */
  async isAbsence(error: unknown): Promise<boolean> {
    if (errorCode(error) !== 'ENOENT') return false;
    try {
      await this.files.stat(`${this.path}/blobs`);
      return true;
    } catch (cause) {
      throw new Error(`${this.path}/blobs is gone: is the volume mounted?`, { cause });
    }
  }
}

/** The error that led here is the one to report. */
export function nothingMore(): void {}
