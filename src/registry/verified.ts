/** About 20 MB; forgetting one costs hashing it once more. */
const limit = 100_000;

/** Objects whose bytes this process has hashed, each in the version (BlobDriver.version) that it was in. */
export class Verified {
  readonly #versions = new Map<string, string>();

  has(location: string, version: string): boolean {
    return this.#versions.get(location) === version;
  }

  add(location: string, version: string): void {
    if (this.#versions.size >= limit) this.#versions.delete(this.#versions.keys().next().value ?? '');
    this.#versions.set(location, version);
  }
}
