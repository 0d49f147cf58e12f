import { type Database, statement } from '#src/database/pool.ts';
import type { DigestAlgorithm } from '#src/oci/digest.ts';
import type { Draft } from '#src/storage/driver.ts';

export interface UploadRow {
  id: string;
  repository_id: number;
  starter: string;
  owner: string;
  size: number;
  draft: Draft;
  algorithm: DigestAlgorithm;
  /** Of the confirmed bytes. */
  digest: string | null;
}

// What a crash of PostgreSQL may take of a session (its last 0.6 s) is either a clear 404 or an older offset, which
// the next request is told: its rows do not wait for the disk, the blob's do. A third of the cost of a small push.
const relaxed = "relaxed as materialized (select set_config('synchronous_commit', 'off', true))";

// The row is there already when the answer to an earlier try was lost.
const insert = statement<{ id: string }>(
  'insert-upload',
  `with ${relaxed}
   insert into upload as u (id, repository_id, starter, owner, size, draft, algorithm, digest, expires_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval from relaxed
     on conflict (id) do update
       set size = excluded.size, draft = excluded.draft, algorithm = excluded.algorithm, digest = excluded.digest,
           expires_at = excluded.expires_at
       where u.owner = excluded.owner`,
);

const find = statement<UploadRow>(
  'find-upload',
  `select id, repository_id, starter, owner, size, draft, algorithm, digest
     from upload where id = $1 and repository_id = $2`,
);

const takeOver = statement<UploadRow>(
  'take-over-upload',
  `update upload set owner = $2, expires_at = now() + $4::interval where id = $1 and owner = $3
    returning id, repository_id, starter, owner, size, draft, algorithm, digest`,
);

const confirm = statement<{ id: string }>(
  'confirm-upload',
  `with ${relaxed}
   update upload set size = $3, draft = $4, digest = $5, algorithm = $6, expires_at = now() + $7::interval
     from relaxed where id = $1 and owner = $2 returning id`,
);

const remove = statement<{ id: string }>(
  'remove-upload',
  'delete from upload where id = $1 and owner = $2 returning id',
);

const finish = statement<{ location: string | null; size: number }>(
  'finish-upload',
  'select location, size from finish_upload($1, $2, $3, $4, $5, $6, $7, $8::interval)',
);

const link = statement<{ location: string | null; size: number }>(
  'link-blob',
  'select o_location as location, o_size as size from link_blob($1, $2, $3, $4, $5, $6::interval)',
);

const mount = statement<{ mounted: boolean }>(
  'mount-blob',
  'select mount_blob($1, $2, $3, $4, $5::interval) as mounted',
);

const holders = statement<{ name: string }>(
  'blob-holders',
  `select r.name from blob b join repository_blob s on s.blob_id = b.id join repository r using (repository_id)
    where b.digest = $1 order by (r.repository_id = $2) desc, (r.project_id = $3) desc, r.repository_id limit 50`,
);

/** Bytes that are durable in storage, and where they are wanted. */
export interface StoredBlob {
  projectId: number;
  repositoryId: number;
  digest: string;
  size: number;
  location: string;
  /** An interval. */
  lease: string;
}

const valuesOf = ({ projectId, repositoryId, digest, size, location, lease }: StoredBlob) => [
  projectId,
  repositoryId,
  digest,
  size,
  location,
  lease,
];

/** The statements of uploads; POST, PATCH and PUT of the usual push take one each. */
export const uploadStore = {
  insert: (database: Database, row: UploadRow, expiry: string) =>
    database.query(insert, [
      row.id,
      row.repository_id,
      row.starter,
      row.owner,
      row.size,
      JSON.stringify(row.draft),
      row.algorithm,
      row.digest,
      expiry,
    ]),

  async find(database: Database, id: string, repositoryId: number): Promise<UploadRow | undefined> {
    return (await database.query(find, [id, repositoryId]))[0];
  },

  /** The row as it is now: its former owner may have confirmed more. Undefined when somebody else was faster. */
  async takeOver(
    database: Database,
    row: UploadRow,
    owner: string,
    expiry: string,
  ): Promise<UploadRow | undefined> {
    return (await database.query(takeOver, [row.id, owner, row.owner, expiry]))[0];
  },

  /** False when the session was cancelled or taken over meanwhile. */
  async confirm(database: Database, row: UploadRow, expiry: string): Promise<boolean> {
    const { id, owner, size, draft, digest, algorithm } = row;
    return (
      (await database.query(confirm, [id, owner, size, JSON.stringify(draft), digest, algorithm, expiry]))
        .length === 1
    );
  },

  /** False when it has ended or another worker has it. */
  async remove(database: Database, { id, owner }: { id: string; owner: string }): Promise<boolean> {
    return (await database.query(remove, [id, owner])).length === 1;
  },

  /**
   * Ends the session, links the blob, charges the project: one statement, so all or nothing. Undefined when the
   * session was cancelled or taken over; another location than ours when the same bytes were already stored.
   */
  async finish(
    database: Database,
    session: { id: string; owner: string },
    stored: StoredBlob,
  ): Promise<{ location: string | null } | undefined> {
    const [row] = await database.query(finish, [session.id, session.owner, ...valuesOf(stored)]);
    return row;
  },

  /** The same for bytes that came in one request and never had a session. */
  async link(database: Database, stored: StoredBlob): Promise<{ location: string | null } | undefined> {
    return (await database.query(link, valuesOf(stored)))[0];
  },

  /** True when the source repository holds the digest and it is now linked here as well. */
  async mount(
    database: Database,
    to: { projectId: number; repositoryId: number },
    from: string,
    digest: string,
    lease: string,
  ): Promise<boolean> {
    const [row] = await database.query(mount, [to.projectId, to.repositoryId, from, digest, lease]);
    return row?.mounted === true;
  },

  /** Repositories that hold a digest, the nearest first; at most 50. */
  async holders(
    database: Database,
    digest: string,
    repositoryId: number,
    projectId: number,
  ): Promise<string[]> {
    return (await database.query(holders, [digest, repositoryId, projectId])).map(({ name }) => name);
  },
};
