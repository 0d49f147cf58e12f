import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** The tables of garbage collection. */
export interface CollectionTables {
  collection_due: { repository_id: number; blob_id: number; due_at: Generated<Date> };
  collection_mark: { single: Generated<boolean>; linked_until: Date };
  collection_object: {
    location: string;
    digest: string;
    size: number;
    failures: Generated<number>;
    due_at: Generated<Date>;
    last_error: string | null;
  };
  collection_orphan: { location: string; size: number; seen_at: Generated<Date> };
  collection_ledger: LedgerTable;
  trash: TrashTable;
  trash_blob: { trash_id: number; blob_id: number };
}

/** What went, when and why. */
interface LedgerTable {
  id: GeneratedAlways<number>;
  deleted_at: Generated<Date>;
  kind: 'tag' | 'artifact' | 'repository' | 'link' | 'blob' | 'object' | 'orphan' | 'upload';
  repository: string | null;
  digest: string | null;
  tags: string[] | null;
  size: Generated<number>;
  reason: string;
  username: Generated<string>;
  execution_id: number | null;
}

/** A deleted artifact or tag that can be brought back. */
interface TrashTable {
  id: Generated<number>;
  kind: 'artifact' | 'tag';
  project_id: number;
  repository: string;
  digest: string;
  media_type: string;
  /** Those it had when it was deleted; of a tag its name. */
  tags: string[];
  /** Those it carried; some may be gone by now. */
  labels: Generated<number[]>;
  subject: string | null;
  push_time: Date | null;
  pull_time: Date | null;
  /** Shared by everything that went in one deletion. */
  deletion: string;
  reason: string;
  username: string;
  deleted_at: Generated<Date>;
  restorable_until: ColumnType<Date, Date | string, Date | string>;
}
