const ignored =
  'every list takes q and sort; there is nothing here for them to act on, so they are ignored, as by Harbor';
const extension = 'an extension (docs/compatibility.md, "Extensions")';
const undocumented = "Harbor's handler reads it without saying so in the published interface";
const never = 'Harbor documents it and never sends it';

const beside = 'it is outside the base path, and so outside of the document';
const guide =
  'the form of Harbor 1.x, which a guide that people follow uses (docs/compatibility.md, "Extensions")';
const scanning =
  'scanning writes it, a later feature; until then it is an object without members that is never sent';
const bulk = 'an extension: many at once, as one job (docs/compatibility.md)';
const noScanner = 'there is no scanner yet, and so none of its members';
const proxy = 'Harbor sends it for proxy cache projects, a later feature';
const header = 'it is sent; our document describes no headers but those of lists and of what was made';
const taken = 'Harbor sends it for a taken name without saying so';
const sized = 'with_size is an extension (docs/compatibility.md, "Extensions")';
const protecting =
  'an extension: an immutable tag names the rule that protects it (docs/compatibility.md, "Extensions")';
const configured =
  'an extension: what a setting is by itself, and where its value comes from (docs/compatibility.md, "Extensions")';
const signed = 'deliveries are signed with it, an extension (docs/compatibility.md, "Webhooks")';

/**
 * Difference → reason; a `*` stands for the name of a member. The list may only shrink: what is no difference any more
 * fails the test too.
 */
export const knownDifferences: Readonly<Record<string, string>> = {
  'getVersion: Harbor has no such operation': beside,
  'login: Harbor has no such operation': beside,
  'logout: Harbor has no such operation': beside,
  'userExists: Harbor has no such operation': beside,
  'renameAdmin: Harbor has no such operation': beside,
  'syncQuota: Harbor has no such operation': beside,
  'ListRobotV1: Harbor has no such operation': guide,
  'CreateRobotV1: Harbor has no such operation': guide,
  'GetRobotByIDV1: Harbor has no such operation': guide,
  'UpdateRobotV1: Harbor has no such operation': guide,
  'DeleteRobotV1: Harbor has no such operation': guide,
  'getConfigurations: answer.scan_all_policy.* is missing':
    'it is read-only and comes with scanning, a later feature',
  'getConfigurations: answer.*.default is not there': configured,
  'getConfigurations: answer.*.source is not there': configured,
  'getConfigurations: answer.restore_hours is not there': configured,
  'updateConfigurations: body.restore_hours is not there': configured,
  'listSchedules: answer[].next_scheduled_time is not there': extension,
  'getScannerOfProject: answer.* is always sent there': noScanner,
  'listArtifactsOfProject: answer[].sbom_overview.* is missing': scanning,
  'listArtifacts: answer[].sbom_overview.* is missing': scanning,
  'listArtifactsOfProject: answer[].tags[].immutable_rule is not there': protecting,
  'listArtifacts: answer[].tags[].immutable_rule is not there': protecting,
  'getArtifact: answer.tags[].immutable_rule is not there': protecting,
  'listTags: answer[].immutable_rule is not there': protecting,
  'getArtifact: answer.sbom_overview.* is missing': scanning,
  'getApiDocument: Harbor has no such operation':
    'Harbor keeps its document, Swagger 2.0, among the files of its portal; ours is OpenAPI 3.1 and its own operation',
  'listProjectMembers: has the query parameter q in addition': extension,
  'listProjectMembers: has the query parameter sort in addition': extension,
  'getSystemInfo: answer.robot_name_prefix is not there': extension,
  'getSystemInfo: answer.robot_token_duration is not there': extension,
  'searchUsers: has the query parameter q in addition': ignored,
  'searchUsers: has the query parameter sort in addition': ignored,
  'listUsers: has the query parameter username in addition': undocumented,
  'listUsers: has the query parameter email in addition': undocumented,
  'CreateRobot: has the answer 409 in addition': taken,
  'updateUserGroup: has the answer 409 in addition': taken,
  'updateUserProfile: has the answer 409 in addition':
    'a taken e-mail address; Harbor fails on its unique index with 500 there',
  'CreateImmuRule: has the answer 409 in addition':
    'a rule with the same selectors; Harbor sends it without saying so',
  'UpdateImmuRule: has the answer 409 in addition':
    'a rule with the same selectors; Harbor sends it without saying so',
  'createRetention: has the answer 409 in addition': 'the same rule twice; Harbor sends it without saying so',
  'updateRetention: has the answer 409 in addition': 'the same rule twice; Harbor sends it without saying so',
  'previewRetention: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'exportAuditLogExts: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'exportLogExts: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'listTagsOfRepository: Harbor has no such operation':
    'an extension: the tags of a repository with what they name, without a call for each artifact',
  'listProjects: has the query parameter with_size in addition': sized,
  'listProjects: answer[].size is not there': sized,
  'listProjects: answer[].may_delete is not there': extension,
  'listAllRepositories: has the query parameter with_size in addition': sized,
  'listAllRepositories: answer[].size is not there': sized,
  'listRepositories: has the query parameter with_size in addition': sized,
  'listRepositories: answer[].size is not there': sized,
  'getRepository: has the query parameter with_size in addition': sized,
  'getRepository: answer.size is not there': sized,
  'quickSearch: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'getPreferences: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'updatePreferences: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'getOverview: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'previewBulk: Harbor has no such operation': bulk,
  'startBulk: Harbor has no such operation': bulk,
  'listBulks: Harbor has no such operation': bulk,
  'getBulk: Harbor has no such operation': bulk,
  'listBulkItems: Harbor has no such operation': bulk,
  'stopBulk: Harbor has no such operation': bulk,
  'retryBulk: Harbor has no such operation': bulk,
  'undoBulk: Harbor has no such operation': bulk,
  'getProjectExecutionEvents: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'listTagHistory: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'rollbackTag: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'restoreArtifact: Harbor has no such operation': 'an extension: what was deleted comes back for a time',
  'previewDeletion: Harbor has no such operation': 'an extension: what goes along is known before',
  'getRestorable: Harbor has no such operation': 'an extension: see restoreArtifact',
  'restoreRepository: Harbor has no such operation': 'an extension: see restoreArtifact',
  'getRestorableRepository: Harbor has no such operation': 'an extension: see restoreArtifact',
  'getRetention: answer.trigger.settings.cron is not there':
    'Harbor sends it; its document leaves the object open',
  'getRetention: answer.trigger.settings.next_scheduled_time is not there':
    'Harbor sends it; its document leaves the object open',
  'listRetentionExecutions: has the query parameter q in addition': ignored,
  'listRetentionExecutions: has the query parameter sort in addition': ignored,
  'listRetentionTasks: has the query parameter q in addition': ignored,
  'listRetentionTasks: has the query parameter sort in addition': ignored,
  'triggerRetentionExecution: lacks the answer 200': never,
  'listQuotas: has the query parameter q in addition': ignored,
  'listUserGroups: has the query parameter q in addition': ignored,
  'listUserGroups: has the query parameter sort in addition': ignored,
  'searchUserGroups: has the query parameter q in addition': ignored,
  'searchUserGroups: has the query parameter sort in addition': ignored,
  'CopyArtifact: lacks the answer 405': proxy,
  'createTag: lacks the answer 405': proxy,
  'createTag: lacks the answer 409': 'Harbor moves a tag that another artifact has',
  'deleteArtifact: has the answer 412 in addition':
    'a child of an index cannot go without it; Harbor sends it without saying so',
  'getAddition: lacks the header Content-Type of 200': header,
  'getAddition: has the answer 413 in addition':
    'reading an addition is bounded in bytes and time (G-26, G-27); Harbor reads whatever a pusher has pushed',
  'getCert: answer is of type file there': 'a type of Swagger 2.0; in OpenAPI 3.1 a file is a string',
  'getCert: lacks the header Content-Disposition of 200': header,
  'listGCLedger: Harbor has no such operation':
    'Harbor keeps no record of what its collections deleted (docs/jobs.md)',
  'getStorageUse: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'getGCSummary: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'previewSchedule: Harbor has no such operation': 'an extension (docs/compatibility.md)',
  'getExecutionEvents: Harbor has no such operation': 'Harbor has to be polled (docs/jobs.md)',
  'updateGCSchedule: has the answer 409 in addition':
    'type Manual starts a run with either verb, and one is under way; Harbor documents it for POST alone',
  'createPurgeSchedule: has the answer 409 in addition': 'a run is under way, as with garbage collection',
  'updatePurgeSchedule: has the answer 409 in addition': 'a run is under way, as with garbage collection',
  'actionGetJobLog: lacks the header Content-Type of 200': header,
  'listJobQueues: lacks the answer 404': never,
  'listSchedules: lacks the answer 404': never,
  'getSchedulePaused: lacks the answer 403': never,
  'listSchedules: has the query parameter q in addition': ignored,
  'listSchedules: has the query parameter sort in addition': ignored,
  'ListWebhookPoliciesOfProject: answer[].targets[].secret is not there': signed,
  'GetWebhookPolicyOfProject: answer.targets[].secret is not there': signed,
  'CreateWebhookPolicyOfProject: body.targets[].secret is not there': signed,
  'UpdateWebhookPolicyOfProject: body.targets[].secret is not there': signed,
  'CreateWebhookPolicyOfProject: has the answer 409 in addition': taken,
  'UpdateWebhookPolicyOfProject: has the answer 409 in addition': taken,
  'GetDeliveryOfWebhookTask: Harbor has no such operation': extension,
  'RedeliverWebhookTask: Harbor has no such operation': extension,
  'TestWebhookTarget: Harbor has no such operation': extension,
  'GetLogsOfWebhookTask: lacks the header Content-Type of 200': header,
  'searchUserGroups: lacks the answer 409': never,
  'deleteProjectMetadata: lacks the answer 409': never,
  'updateProjectMetadata: lacks the answer 409': never,
  'getVolumes: lacks the answer 404': never,
  'getPermissions: lacks the answer 404': never,
  'ListRobot: lacks the answer 404': never,
  'listProjects: lacks the answer 401': never,
};
