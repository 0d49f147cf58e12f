export const lists = `
select 1;
`;
