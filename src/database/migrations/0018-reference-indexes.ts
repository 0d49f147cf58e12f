/** Indexes made to fit what reads them. */
export const referenceIndexes = `
-- The deletion of an artifact or of a link asks what still names it, by both columns of the foreign key. With each
-- column in an index of its own, PostgreSQL read all rows of the repository for each one that went.
drop index tag_artifact;
-- The id is for the newest of an artifact's tags, of which there may be 100,000.
create index tag_artifact on tag (artifact_id, repository_id, id);
drop index artifact_blob_id;
create index artifact_blob_id on artifact (blob_id, repository_id);
alter table artifact_blob drop constraint artifact_blob_pkey;
alter table artifact_blob add primary key (artifact_id, repository_id, blob_id);
alter table artifact_child drop constraint artifact_child_pkey;
alter table artifact_child add primary key (parent_id, repository_id, position);

-- Which artifacts have a tag with this part in its name: read from the index alone, 100,000 names at a time.
alter table tag drop constraint tag_repository_id_name_key;
alter table tag add constraint tag_repository_id_name_key unique (repository_id, name) include (artifact_id);
`;
