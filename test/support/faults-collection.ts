import { digestOf } from '#src/oci/digest.ts';
import { basic } from './app.ts';
import type { Random } from './faults-random.ts';
import { type HttpAnswer, request } from './http.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

const repositories = 4;
const repositoryOf = (number: number) => `library/shared-${number % repositories}`;

export interface CollectionRun {
  readonly urls: readonly string[];
  /** Layers that everybody uses: deleted by one while another pushes them. */
  readonly layers: readonly Buffer[];
  /** How long the registry's word holds (ms): a push slower than that may lose, and begins again. */
  readonly leaseMilliseconds: number;
  readonly until: number;
}

/** Something that must not happen, with what led to it. */
export type Complaint = string;

/**
 * One client with tags of its own in a repository that it shares with others, so that one deletes what another was just
 * promised: it pushes images of shared layers (asking first whether they are there, or mounting them from another
 * repository), makes indexes, deletes tags and artifacts, and pulls what it has.
 * What the registry said yes to is remembered, and must be there until the client itself deletes it.
 */
export class CollectionClient {
  readonly repository: string;
  readonly complaints: Complaint[] = [];
  /** Tag → digest, as the registry acknowledged them. */
  readonly tags = new Map<string, string>();
  /** What was pushed and not deleted, tagged or not: old ones go too, so that layers really lose their last user. */
  readonly #live = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #sizes = new Map<string, number>();
  readonly #children = new Set<string>();
  readonly #run: CollectionRun;
  readonly #random: Random;
  readonly #number: number;
  readonly counts = { pushed: 0, mounted: 0, skipped: 0, deleted: 0, pulled: 0, late: 0 };

  constructor(number: number, run: CollectionRun, random: Random) {
    this.repository = repositoryOf(number);
    this.#number = number;
    this.#run = run;
    this.#random = random;
  }

  /** Digests of artifacts that were deleted and not pushed again. */
  get deleted(): readonly string[] {
    return [...this.#deleted];
  }

  async work(): Promise<void> {
    while (performance.now() < this.#run.until) {
      const roll = this.#random.next();
      if (roll < 0.4 || this.tags.size === 0) await this.#push();
      else if (roll < 0.45) await this.#pushIndex();
      else if (roll < 0.5) await this.#deleteTag();
      else if (roll < 0.9) await this.#deleteArtifact();
      else await this.pull(this.#random.pick([...this.tags.keys()]));
    }
  }

  /** Every tag whole, bytes hashed. */
  async pullAll(): Promise<void> {
    for (const tag of this.tags.keys()) await this.pull(tag);
  }

  async pull(tag: string): Promise<void> {
    const digest = this.tags.get(tag) ?? '';
    const answer = await this.#send('GET', `manifests/${tag}`);
    const given = answer.headers['docker-content-digest'];
    if (answer.status !== 200 || given !== digest) {
      this.complaints.push(
        `${this.repository}:${tag} is ${digest}, the registry answered ${answer.status} ${given}`,
      );
      return;
    }
    await this.#pullContent(answer.body, tag);
    this.counts.pulled += 1;
  }

  async #pullContent(manifest: Buffer, tag: string): Promise<void> {
    const { config, layers, manifests } = JSON.parse(manifest.toString()) as {
      config?: { digest: string };
      layers?: { digest: string }[];
      manifests?: { digest: string }[];
    };
    for (const { digest } of [...(config ? [config] : []), ...(layers ?? [])]) {
      const blob = await this.#send('GET', `blobs/${digest}`);
      if (blob.status !== 200 || digestOf(blob.body) !== digest) {
        this.complaints.push(
          `${digest} of ${this.repository}:${tag} answered ${blob.status} ${blob.code ?? ''}`,
        );
      }
    }
    for (const { digest } of manifests ?? []) {
      const child = await this.#send('GET', `manifests/${digest}`);
      if (child.status === 200) await this.#pullContent(child.body, tag);
      else this.complaints.push(`child ${digest} of ${this.repository}:${tag} answered ${child.status}`);
    }
  }

  async #push(): Promise<void> {
    const image = await this.#pushImage(this.#random.chance(0.2) ? undefined : this.#someTag());
    if (image) this.counts.pushed += 1;
  }

  async #pushIndex(): Promise<void> {
    const children = [await this.#pushImage(undefined), await this.#pushImage(undefined)];
    const digests = children.filter((child) => child !== undefined);
    if (digests.length < children.length) return;
    for (const digest of digests) this.#children.add(digest);
    const sized = digests.map((digest) => ({
      mediaType: manifestType,
      digest,
      size: this.#sizes.get(digest) ?? 0,
    }));
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: sized }));
    const tag = this.#someTag();
    const answer = await this.#putManifest(tag, body, indexType);
    // A child without a tag or parent may be taken by nobody: it was acknowledged a moment ago.
    if (answer.status === 201) this.#acknowledge(tag, digestOf(body));
    else
      this.complaints.push(
        `an index of children pushed just now was answered ${answer.status} ${answer.code ?? ''}`,
      );
  }

  /** Undefined when the registry's word ran out before the manifest was there. */
  async #pushImage(tag: string | undefined): Promise<string | undefined> {
    const began = performance.now();
    const config = Buffer.from(
      JSON.stringify({ architecture: 'amd64', os: 'linux', n: this.#random.below(2 ** 31) }),
    );
    const layers = Array.from({ length: 1 + this.#random.below(2) }, () =>
      this.#random.pick(this.#run.layers),
    );
    const blobs = [config, ...new Set(layers)];
    for (const blob of blobs) await this.#provide(blob);
    const [first, ...rest] = blobs.map((bytes) => ({
      mediaType:
        bytes === config
          ? 'application/vnd.oci.image.config.v1+json'
          : 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(bytes),
      size: bytes.length,
    }));
    const body = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: first, layers: rest }),
    );
    const digest = digestOf(body);
    const answer = await this.#putManifest(tag ?? digest, body, manifestType);
    if (answer.status === 201) {
      this.#sizes.set(digest, body.length);
      this.#acknowledge(tag, digest);
      return digest;
    }
    if (performance.now() - began > this.#run.leaseMilliseconds) this.counts.late += 1;
    else
      this.complaints.push(
        `a manifest whose blobs were promised was answered ${answer.status} ${answer.code ?? ''}`,
      );
    return undefined;
  }

  #acknowledge(tag: string | undefined, digest: string): void {
    this.#live.add(digest);
    this.#deleted.delete(digest);
    if (tag !== undefined) this.tags.set(tag, digest);
  }

  /** As docker does: is it there, can it be mounted, else upload. */
  async #provide(bytes: Buffer): Promise<void> {
    const digest = digestOf(bytes);
    if ((await this.#send('HEAD', `blobs/${digest}`)).status === 200) {
      this.counts.skipped += 1;
      return;
    }
    const from = repositoryOf(this.#random.below(repositories));
    const begun = await this.#send('POST', `blobs/uploads/?mount=${digest}&from=${from}`);
    if (begun.status === 201) {
      this.counts.mounted += 1;
      return;
    }
    const location = begun.headers['location'] ?? '';
    const ended = await request(this.#url(), {
      method: 'PUT',
      path: `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`,
      headers: { ...basic('admin'), 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    if (begun.status !== 202 || ended.status !== 201) {
      this.complaints.push(`an upload was answered ${begun.status} and ${ended.status} ${ended.code ?? ''}`);
    }
  }

  async #deleteTag(): Promise<void> {
    const tag = this.#random.pick([...this.tags.keys()]);
    const answer = await this.#send('DELETE', `manifests/${tag}`);
    if (answer.status !== 202)
      this.complaints.push(`the deletion of tag ${tag} was answered ${answer.status}`);
    this.tags.delete(tag);
  }

  async #deleteArtifact(): Promise<void> {
    const digest = this.#random.pick([...this.#live]);
    const answer = await this.#send('DELETE', `manifests/${digest}`);
    if (answer.status === 412) return; // An index has it.
    // A child that went with its index is gone already.
    if (answer.status !== 202 && !(answer.status === 404 && this.#children.has(digest))) {
      this.complaints.push(`the deletion of ${digest} was answered ${answer.status} ${answer.code ?? ''}`);
    }
    this.#live.delete(digest);
    for (const [tag, named] of this.tags) if (named === digest) this.tags.delete(tag);
    this.#deleted.add(digest);
    this.counts.deleted += 1;
  }

  #someTag(): string {
    return `c${this.#number}-${this.#random.below(4)}`;
  }

  #url(): string {
    return this.#random.pick(this.#run.urls);
  }

  #putManifest(reference: string, body: Buffer, type: string): Promise<HttpAnswer> {
    return request(this.#url(), {
      method: 'PUT',
      path: `/v2/${this.repository}/manifests/${reference}`,
      headers: { ...basic('admin'), 'content-type': type },
      body,
    });
  }

  #send(method: string, path: string): Promise<HttpAnswer> {
    return request(this.#url(), { method, path: `/v2/${this.repository}/${path}`, headers: basic('admin') });
  }
}
