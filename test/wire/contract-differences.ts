const ignored =
  'every list takes q and sort; there is nothing here for them to act on, so they are ignored, as by Harbor';
const undocumented = "Harbor's handler reads it without saying so in the published interface";
const never = 'Harbor documents it and never sends it';

/** Difference → reason. The list may only shrink: what is no difference any more fails the test too. */
export const knownDifferences: Readonly<Record<string, string>> = {
  'getVersion: Harbor has no such operation': 'it is outside the base path, and so outside of the document',
  'getApiDocument: Harbor has no such operation':
    'Harbor keeps its document, Swagger 2.0, among the files of its portal; ours is OpenAPI 3.1 and its own operation',
  'listProjectMembers: has the query parameter q in addition': ignored,
  'listProjectMembers: has the query parameter sort in addition': ignored,
  'searchUsers: has the query parameter q in addition': ignored,
  'searchUsers: has the query parameter sort in addition': ignored,
  'listUsers: has the query parameter username in addition': undocumented,
  'listUsers: has the query parameter email in addition': undocumented,
  'CreateRobot: has the answer 409 in addition': 'Harbor sends it for a taken name without saying so',
  'updateUserProfile: has the answer 409 in addition':
    'a taken e-mail address; Harbor fails on its unique index with 500 there',
  'getPermissions: lacks the answer 404': never,
  'ListRobot: lacks the answer 404': never,
  'listProjects: lacks the answer 401': never,
};
