export const artifactChanges = `
select 1;
`;
