import type { Context } from '#src/context.ts';
import { isDigestOf } from '#src/oci/digest.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import type { ListedArtifact } from './artifacts.store.ts';
import { attributesOf, largestConfig, saysSomething } from './config-details.ts';
import { type ConfigPlace, findConfigs, rememberDetails } from './details.store.ts';

/** Reads of storage at once, by everybody who lists: with 4 MiB each, 32 MiB of memory at most. */
const mostAtOnce = 8;
/** Configs that one request reads; the next one goes on where it stopped. */
const mostPerRequest = 500;
const longestMilliseconds = 5_000;

/**
 * What configs say, read from storage when an artifact is first looked at and remembered in the database. A list
 * never fails for it: what cannot be read now is left out now, and tried again by the next one.
 */
export class Details {
  readonly #storage: BlobDriver;
  #free = mostAtOnce;
  readonly #waiting: (() => void)[] = [];

  constructor(storage: BlobDriver) {
    this.#storage = storage;
  }

  /** The attributes of those artifacts that have none yet, by the id of their manifest's blob. */
  async read(ctx: Context, artifacts: readonly ListedArtifact[]): Promise<ReadonlyMap<number, string>> {
    const missing = artifacts.filter(
      ({ attributes, type, config_media_type: config }) =>
        attributes === null && (config === null ? type === 'CNAB' : saysSomething(config)),
    );
    if (missing.length === 0) return new Map();
    const places = await findConfigs(
      ctx.db,
      missing.slice(0, mostPerRequest).map(({ id }) => id),
    );
    const found = new Map<number, string>();
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(longestMilliseconds)]);
    await Promise.all(places.map((place) => this.#readOne(ctx, place, signal, found)));
    if (found.size > 0) await this.#remember(ctx, found);
    return found;
  }

  async #readOne(
    ctx: Context,
    place: ConfigPlace,
    signal: AbortSignal,
    found: Map<number, string>,
  ): Promise<void> {
    if (place.size > largestConfig) {
      found.set(place.blob_id, '{}');
      return;
    }
    await this.#enter();
    try {
      if (signal.aborted) return;
      found.set(place.blob_id, attributesOf(place.media_type, await this.#bytesOf(place, signal)));
    } catch (error) {
      ctx.log.warn(
        { err: error, artifact: place.artifact_id },
        'the config of an artifact could not be read',
      );
    } finally {
      this.#leave();
    }
  }

  /** Throws also when storage gives other bytes than the digest says: what is read here is remembered for good. */
  async #bytesOf({ digest, location, size }: ConfigPlace, signal: AbortSignal): Promise<Buffer> {
    if (size === 0) return Buffer.alloc(0);
    const reader = await this.#storage.read(location, { start: 0, end: size - 1, total: size }, signal);
    try {
      const bytes = Buffer.allocUnsafe(size);
      let filled = 0;
      for (let chunk = await reader.next(); chunk; chunk = await reader.next())
        filled += chunk.copy(bytes, filled);
      const whole = bytes.subarray(0, filled);
      if (!isDigestOf(digest, whole)) throw new Error(`storage gave other bytes than ${digest}`);
      return whole;
    } finally {
      await reader.close();
    }
  }

  async #remember(ctx: Context, found: ReadonlyMap<number, string>): Promise<void> {
    try {
      await rememberDetails(ctx.db, found);
    } catch (error) {
      ctx.log.warn({ err: error }, 'what configs say could not be remembered');
    }
  }

  /** Waits for one of the reads that may run at once. */
  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
