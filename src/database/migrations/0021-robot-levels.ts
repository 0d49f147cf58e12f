/** The list of system robots and its count, among those of all projects. */
export const robotLevels = `
create index robot_of_system on robot (name, id) where level = 'system';
`;
