export const artifactTypes = `
select 1;
`;
