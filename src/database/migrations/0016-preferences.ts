/** What people have chosen in the portal. The bound is the API's own, in the form that PostgreSQL writes (a little longer). */
export const preferences = `
create table user_preference (
  user_id integer primary key references user_account on delete cascade,
  document jsonb not null check (length(document::text) <= 65536),
  update_time timestamptz not null default now()
);
`;
