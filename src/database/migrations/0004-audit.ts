export const audit = `
select 1;
`;
