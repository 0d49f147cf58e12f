/**
 * Sessions of the portal. The table is the truth: every process asks it for every request that carries a session,
 * so one that was ended lives on nowhere. Only the hash of what the cookie holds is here (G-55).
 */
export const sessions = `
-- Raised when the password changes: sessions and tokens of an earlier epoch are void, wherever they are (G-48).
alter table user_account add column epoch integer not null default 0;

create table session (
  id_hash bytea primary key,
  user_id integer not null references user_account,
  epoch integer not null,
  creation_time timestamptz not null default now(),
  renewal_time timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_by_user on session (user_id);
create index session_expiry on session (expires_at);
`;
