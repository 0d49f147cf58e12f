import { Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';
import { ArtifactParams } from './artifacts.contract.ts';

const artifact = '/projects/:project_name/repositories/:repository_name/artifacts/:reference';
const tag = 'artifact';

export const previewDeletion = endpoint(`GET ${artifact}/deletion`, {
  id: 'previewDeletion',
  tag,
  guard: { project: 'artifact:delete' },
  summary: 'What deleting an artifact would take with it, and what is in the way (extension)',
  params: ArtifactParams,
  reply: Type.Object({
    /** The first 100 of those that go along, by digest. */
    artifacts: Type.Array(Type.Object({ digest: Type.String(), type: Type.String() })),
    artifact_count: Type.Integer(),
    /** The first 100, by name: its own tags and those of what goes along. */
    tags: Type.Array(Type.String()),
    tag_count: Type.Integer(),
    /** Indexes that name it and stay: while there is one, it cannot be deleted. */
    held_by: Type.Array(Type.String()),
    /** How long a deletion can be undone; 0 is not at all. */
    restore_hours: Type.Integer(),
  }),
});

export const getRestorable = endpoint(`GET ${artifact}/restore`, {
  id: 'getRestorable',
  tag,
  // Who may bring something back may know that it was there.
  guard: { project: 'artifact:create' },
  summary: 'The last deletion of an artifact that can still be undone (extension)',
  params: ArtifactParams,
  reply: Type.Object({
    digest: Type.String(),
    tags: Type.Array(Type.String()),
    deleted_at: DateTime(),
    restorable_until: DateTime(),
    reason: Type.String(),
  }),
});
