import { type Database, statement } from '#src/database/pool.ts';
import type { RepositoryName } from '#src/oci/reference.ts';

const findRepository = statement<{ repository_id: number }>(
  'find-repository',
  'select repository_id from repository where name = $1',
);

const insertRepository = statement<{ repository_id: number }>(
  'insert-repository',
  `insert into repository as r (project_id, name) values ($1, $2)
     on conflict (name) do update set update_time = r.update_time returning repository_id`,
);

/** Ids of repositories by name. An id never serves another repository, so a stale one only meets no rows. */
export class Repositories {
  readonly #database: Database;
  readonly #ids = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  async find({ name }: RepositoryName): Promise<number | undefined> {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const [row] = await this.#database.query(findRepository, [name]);
    return row && this.#remember(name, row.repository_id);
  }

  /** The repository's id; a first upload makes it, and lists show it from then on (docs/compatibility.md). */
  async ensure(projectId: number, repository: RepositoryName): Promise<number> {
    const known = await this.find(repository);
    if (known !== undefined) return known;
    const [row] = await this.#database.query(insertRepository, [projectId, repository.name]);
    if (!row) throw new Error(`repository ${repository.name} was neither inserted nor found`);
    return this.#remember(repository.name, row.repository_id);
  }

  forget(name: string): void {
    this.#ids.delete(name);
  }

  #remember(name: string, id: number): number {
    if (this.#ids.size >= 50_000) this.#ids.clear();
    this.#ids.set(name, id);
    return id;
  }
}
