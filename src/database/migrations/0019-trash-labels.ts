/** What was deleted comes back with its labels. A constant default: no row is rewritten. */
export const trashLabels = `
alter table trash add column labels integer[] not null default '{}';
`;
