import type { Generated } from 'kysely';

export interface BulkTables {
  bulk_item: {
    execution_id: number;
    id: number;
    tag: string | null;
    digest: string;
    artifact_id: number | null;
    state: Generated<'waiting' | 'done' | 'skipped' | 'failed'>;
    reason: string | null;
    held: Generated<boolean>;
  };
}
