/** Counts a robot's secrets, as it is done for passwords: what was given out for an earlier one is nobody's. */
export const robotSecrets = `
alter table robot add column epoch integer not null default 0;
`;
