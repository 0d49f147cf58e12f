/** What people ask the ledger of deletions for: what went from a repository, and what one run took. */
export const ledger = `
create index collection_ledger_repository on collection_ledger (repository, deleted_at, id) where repository is not null;
create index collection_ledger_execution on collection_ledger (execution_id, deleted_at, id) where execution_id is not null;
`;
