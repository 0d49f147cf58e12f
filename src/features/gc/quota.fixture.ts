import { sql } from 'kysely';
import { copyArtifact } from '#src/features/artifacts/copy.ts';
import { insertManifest, removeArtifact, removeTag } from '#src/features/artifacts/index.ts';
import { restoreArtifact } from '#src/features/artifacts/restore.ts';
import { deleteRepository } from '#src/features/repositories/delete.ts';
import { digestOf } from '#src/oci/digest.ts';
import { parseManifest } from '#src/oci/manifest.ts';
import { parseRepositoryName } from '#src/oci/reference.ts';
import { compileProtection } from '#src/oci/selector.ts';
import { uploadStore } from '#src/registry/upload-store.ts';
import type { ActorServer } from '#test/support/faults-interleave-server.ts';
import type { Random } from '#test/support/faults-random.ts';
import { collect } from './collect.ts';

interface Project {
  readonly id: number;
  readonly name: string;
}

interface Stored {
  readonly repository: string;
  readonly digest: string;
  readonly size: number;
}

const signal = () => AbortSignal.timeout(60_000);
const imageType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/**
 * Everything that changes what a project is charged for, done at random by several at once: on few repositories and
 * few blobs, so that they meet, and with leases that are over at once, so that collection takes whatever it may.
 */
export class Changes {
  readonly done = new Map<string, number>();
  readonly refused = new Map<string, number>();
  readonly #server: ActorServer;
  readonly #projects: readonly Project[];
  readonly #random: Random;
  readonly #blobs: readonly Buffer[];
  /** What was pushed, and what was deleted, lately. */
  readonly #pushed: Stored[] = [];
  readonly #deleted: Stored[] = [];

  constructor(server: ActorServer, projects: readonly Project[], random: Random) {
    this.#server = server;
    this.#projects = projects;
    this.#random = random;
    this.#blobs = Array.from({ length: 40 }, () => random.bytes(10 + random.below(2_000)));
  }

  /** One change; what rules refuse is refused, and any other failure throws. */
  async next(): Promise<void> {
    const [name, change] = this.#random.pick(this.#weighted);
    try {
      await change();
      this.done.set(name, (this.done.get(name) ?? 0) + 1);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (typeof code !== 'string' || !expected.has(code)) throw error;
      this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
    }
  }

  readonly #weighted: [string, () => Promise<unknown>][] = (
    [
      ['push', 30, () => this.#push()],
      ['index', 5, () => this.#pushIndex()],
      ['delete', 20, () => this.#delete()],
      ['untag', 5, () => this.#untag()],
      ['copy', 10, () => this.#copy()],
      ['restore', 8, () => this.#restore()],
      ['unlink', 5, () => this.#unlink()],
      ['delete repository', 3, () => this.#deleteRepository()],
      ['end trash', 3, () => this.#endTrash()],
      ['collect', 6, () => this.#collect()],
    ] as const
  ).flatMap(([name, weight, change]) =>
    Array.from({ length: weight }, (): [string, () => Promise<unknown>] => [name, change]),
  );

  #place(): { project: Project; repository: string } {
    const project = this.#random.pick(this.#projects);
    return { project, repository: `${project.name}/r${this.#random.below(3)}` };
  }

  async #push(): Promise<void> {
    const { project, repository } = this.#place();
    const blobs = [
      ...new Set(Array.from({ length: 1 + this.#random.below(3) }, () => this.#random.pick(this.#blobs))),
    ];
    const id = await this.#ensure(project, repository);
    for (const bytes of blobs) await this.#provide(project, id, bytes);
    const [config, ...layers] = blobs.map((bytes) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(bytes),
      size: bytes.length,
    }));
    // The same few manifests come again and again.
    const annotations = { n: String(this.#random.below(3)) };
    const manifest = { schemaVersion: 2, mediaType: imageType, config, layers, annotations };
    await this.#put(project, { repository, id }, manifest, imageType);
  }

  /** Linked from another repository, or as an upload is. */
  async #provide(project: Project, id: number, bytes: Buffer): Promise<void> {
    const { storage, database } = this.#server.registry;
    const digest = digestOf(bytes);
    const to = { projectId: project.id, repositoryId: id };
    const from = this.#place().repository;
    if (this.#random.chance(0.5) && (await uploadStore.mount(database, to, from, digest, '0'))) return;
    const writer = await storage.append(storage.begin(), { takeover: false, signal: signal() });
    await writer.write(Buffer.from(bytes));
    const location = await storage.commit(await writer.close(), digest, signal());
    const stored = { ...to, digest, size: bytes.length, location, lease: '0' };
    const linked = await uploadStore.link(database, stored).catch(async (error: unknown) => {
      await storage.remove(location, signal());
      throw error;
    });
    if (linked?.location !== location) await storage.remove(location, signal());
  }

  async #pushIndex(): Promise<void> {
    const child = this.#some(this.#pushed);
    const project = this.#projectOf(child.repository);
    const id = await this.#ensure(project, child.repository);
    const manifests = [{ mediaType: imageType, digest: child.digest, size: child.size }];
    const index = { schemaVersion: 2, mediaType: indexType, manifests };
    await this.#put(project, { repository: child.repository, id }, index, indexType);
  }

  async #put(
    project: Project,
    place: { repository: string; id: number },
    manifest: object,
    type: string,
  ): Promise<void> {
    const { database, content } = this.#server.registry;
    const bytes = Buffer.from(JSON.stringify(manifest));
    const digest = digestOf(bytes);
    const tags = this.#random.chance(0.7) ? [`t${this.#random.below(4)}`] : [];
    const problem = await content.tagging(place.repository, () =>
      insertManifest(database.query, {
        projectId: project.id,
        repositoryId: place.id,
        repository: place.repository,
        digest,
        bytes,
        manifest: parseManifest(bytes, type),
        tags,
        lease: '0',
        username: null,
        auditedFrom: '',
        protection: compileProtection(0, []),
      }),
    );
    if (problem) throw Object.assign(new Error('collected meanwhile'), { code: 'MISSING' });
    this.#remember(this.#pushed, { repository: place.repository, digest, size: bytes.length });
  }

  async #delete(): Promise<void> {
    const one = this.#some(this.#pushed);
    const row = await this.#find(one.repository);
    if (row && (await removeArtifact(this.#server.context(), this.#server.registry, row, one.digest)))
      this.#remember(this.#deleted, one);
  }

  async #untag(): Promise<void> {
    const row = await this.#find(this.#place().repository);
    if (row) await removeTag(this.#server.context(), this.#server.registry, row, `t${this.#random.below(4)}`);
  }

  async #copy(): Promise<void> {
    const { project, repository } = this.#place();
    const from = this.#some(this.#pushed);
    const given = { repository_name: nameIn(repository), from: `${from.repository}@${from.digest}` };
    await copyArtifact(this.#server.context(), this.#server.registry, { ...project, public: true }, given);
    this.#remember(this.#pushed, { ...from, repository });
  }

  async #restore(): Promise<void> {
    const one = this.#some(this.#deleted);
    const project = { ...this.#projectOf(one.repository), public: true };
    const path = { repository_name: nameIn(one.repository), reference: one.digest };
    await restoreArtifact(this.#server.context(), this.#server.registry, project, path);
    this.#remember(this.#pushed, one);
  }

  async #unlink(): Promise<void> {
    const { project, repository } = this.#place();
    const row = await this.#find(repository);
    const digest = digestOf(this.#random.pick(this.#blobs));
    await sql`select unlink_blob(${project.id}, ${row?.repository_id ?? 0}, ${digest})`.execute(
      this.#server.registry.database.db,
    );
  }

  async #deleteRepository(): Promise<void> {
    const { project, repository } = this.#place();
    const guarded = { ...project, public: true };
    await deleteRepository(this.#server.context(), this.#server.registry, guarded, nameIn(repository));
  }

  async #endTrash(): Promise<void> {
    await sql`update trash set restorable_until = now() where id % 2 = 0`.execute(
      this.#server.registry.database.db,
    );
  }

  async #collect(): Promise<void> {
    const { database, content, storage } = this.#server.registry;
    const options = { windowSeconds: 0, executionId: null, signal: signal(), eager: true };
    await collect(database, { storage, content, leaseSeconds: 0 }, options);
  }

  #ensure(project: Project, repository: string): Promise<number> {
    return this.#server.registry.repositories.ensure(project.id, parseRepositoryName(repository));
  }

  #find(repository: string) {
    return this.#server.registry.database.db
      .selectFrom('repository')
      .select(['repository_id', 'project_id', 'name'])
      .where('name', '=', repository)
      .executeTakeFirst();
  }

  #projectOf(repository: string): Project {
    const found = this.#projects.find(({ name }) => repository.startsWith(`${name}/`));
    if (!found) throw new Error(`${repository} is in no project`);
    return found;
  }

  #some(list: readonly Stored[]): Stored {
    if (list.length === 0) throw Object.assign(new Error('there is none yet'), { code: 'MISSING' });
    return this.#random.pick(list);
  }

  #remember(list: Stored[], one: Stored): void {
    list.push(one);
    if (list.length > 60) list.shift();
  }
}

const nameIn = (repository: string) => repository.slice(repository.indexOf('/') + 1);

/** Refusals of services, of the schema's rules, and of locks that somebody else has. */
const expected = new Set([
  'MISSING',
  'NOT_FOUND',
  'CONFLICT',
  'PRECONDITION',
  'DENIED',
  'VIOLATE_FOREIGN_KEY_CONSTRAINT',
  'QUOTA',
  'MRQ01',
  '23503',
  '40P01',
]);
