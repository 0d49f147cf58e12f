/** Whose secrets end soon is asked at every visit of the first page. */
export const robotExpiry = `
create index robot_expiring on robot (expires_at, id) where not disabled;
`;
