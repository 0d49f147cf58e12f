import type { Generated, GeneratedAlways } from 'kysely';

/** What changed a tag: a push, the API's createTag, or as it is called. */
export const tagOperations = ['push', 'tag', 'copy', 'delete', 'retention', 'restore', 'rollback'] as const;
export type TagOperation = (typeof tagOperations)[number];

/** The history of tags; written by note_tag in the schema. */
export interface TagHistoryTables {
  tag_history: {
    project_id: number;
    repository: string;
    tag: string;
    revision: number;
    id: GeneratedAlways<number>;
    op_time: Generated<Date>;
    digest_before: string | null;
    digest_after: string | null;
    operation: TagOperation;
    username: string;
  };
}
