/**
 * What a bulk job is about: every tag or artifact that its filter found when it was started, and what became of each. So
 * nothing that came later is touched, and a job that is taken over goes on where the other one ended.
 */
export const bulk = `
create table bulk_item (
  execution_id bigint not null references execution on delete cascade,
  -- In the order of the work.
  id integer not null,
  -- Null: the artifact itself is meant.
  tag text collate "C",
  digest text not null,
  -- Null: it is gone, and may come back.
  artifact_id bigint,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'skipped', 'failed')),
  reason text,
  -- Skipped because an index needed it; it gets another turn when that one is gone.
  held boolean not null default false,
  primary key (execution_id, id)
);
create index bulk_item_state on bulk_item (execution_id, state, id);
`;
