export const sessions = `
select 1;
`;
