/** Settings that are changed while the registry runs (config/live.ts), passwords among them sealed. */
export const configuration = `
create table configuration (
  name text primary key,
  value jsonb not null,
  update_time timestamptz not null default now()
);
`;
