/** Indexes for the orders that lists are asked for in, and the deletion of a whole repository. */
export const lists = `
create index repository_newest on repository (creation_time desc, repository_id desc);
create index repository_newest_in_project on repository (project_id, creation_time desc, repository_id desc);
create index artifact_newest on artifact (repository_id, push_time desc, id desc);
create index tag_newest on tag (repository_id, push_time desc, id desc);
`;
