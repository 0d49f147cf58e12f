import { endpoint } from '#src/http/endpoint.ts';

const tag = 'internal';

// Harbor's API for its own scripts, beside the versioned one. Both are for administrators.
export const renameAdmin = endpoint('POST /api/internal/renameadmin', {
  id: 'renameAdmin',
  tag,
  guard: { service: 'user 1 itself' },
  failures: [401, 403, 409],
});

export const syncQuota = endpoint('POST /api/internal/syncquota', {
  id: 'syncQuota',
  tag,
  guard: { service: 'people who are system administrators' },
  failures: [401, 403],
});
