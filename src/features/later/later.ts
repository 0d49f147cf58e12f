/**
 * Harbor's operations of features that this version lacks, by feature: operationId → method and path. They answer
 * 501, so that a client is told what it met instead of a 404. A feature takes its lines away when it comes; two
 * routes at one path stop the server from starting.
 */
export const later = {
  scanning: {
    scanArtifact: 'POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/scan',
    stopScanArtifact:
      'POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/scan/stop',
    getReportLog:
      'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/scan/:report_id/log',
    getVulnerabilitiesAddition:
      'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/additions/vulnerabilities',
    setScannerOfProject: 'PUT /projects/:project_name_or_id/scanner',
    listScannerCandidatesOfProject: 'GET /projects/:project_name_or_id/scanner/candidates',
    getLatestScanAllMetrics: 'GET /scans/all/metrics',
    getLatestScheduledScanAllMetrics: 'GET /scans/schedule/metrics',
    getScanAllSchedule: 'GET /system/scanAll/schedule',
    createScanAllSchedule: 'POST /system/scanAll/schedule',
    updateScanAllSchedule: 'PUT /system/scanAll/schedule',
    stopScanAll: 'POST /system/scanAll/stop',
    createScanner: 'POST /scanners',
    pingScanner: 'POST /scanners/ping',
    getScanner: 'GET /scanners/:registration_id',
    updateScanner: 'PUT /scanners/:registration_id',
    setScannerAsDefault: 'PATCH /scanners/:registration_id',
    deleteScanner: 'DELETE /scanners/:registration_id',
    getScannerMetadata: 'GET /scanners/:registration_id/metadata',
    exportScanData: 'POST /export/cve',
    getScanDataExportExecution: 'GET /export/cve/execution/:execution_id',
    getScanDataExportExecutionList: 'GET /export/cve/executions',
    downloadScanData: 'GET /export/cve/download/:execution_id',
    getSecuritySummary: 'GET /security/summary',
    ListVulnerabilities: 'GET /security/vul',
  },
  replication: {
    listReplicationPolicies: 'GET /replication/policies',
    createReplicationPolicy: 'POST /replication/policies',
    getReplicationPolicy: 'GET /replication/policies/:id',
    updateReplicationPolicy: 'PUT /replication/policies/:id',
    deleteReplicationPolicy: 'DELETE /replication/policies/:id',
    listReplicationExecutions: 'GET /replication/executions',
    startReplication: 'POST /replication/executions',
    getReplicationExecution: 'GET /replication/executions/:id',
    stopReplication: 'PUT /replication/executions/:id',
    listReplicationTasks: 'GET /replication/executions/:id/tasks',
    getReplicationLog: 'GET /replication/executions/:id/tasks/:task_id/log',
    listRegistryProviderTypes: 'GET /replication/adapters',
    listRegistryProviderInfos: 'GET /replication/adapterinfos',
    createRegistry: 'POST /registries',
    pingRegistry: 'POST /registries/ping',
    getRegistry: 'GET /registries/:id',
    updateRegistry: 'PUT /registries/:id',
    deleteRegistry: 'DELETE /registries/:id',
    getRegistryInfo: 'GET /registries/:id/info',
  },
  preheating: {
    ListProviders: 'GET /p2p/preheat/providers',
    PingInstances: 'POST /p2p/preheat/instances/ping',
    ListInstances: 'GET /p2p/preheat/instances',
    CreateInstance: 'POST /p2p/preheat/instances',
    GetInstance: 'GET /p2p/preheat/instances/:preheat_instance_name',
    UpdateInstance: 'PUT /p2p/preheat/instances/:preheat_instance_name',
    DeleteInstance: 'DELETE /p2p/preheat/instances/:preheat_instance_name',
    ListPolicies: 'GET /projects/:project_name/preheat/policies',
    CreatePolicy: 'POST /projects/:project_name/preheat/policies',
    GetPolicy: 'GET /projects/:project_name/preheat/policies/:preheat_policy_name',
    ManualPreheat: 'POST /projects/:project_name/preheat/policies/:preheat_policy_name',
    UpdatePolicy: 'PUT /projects/:project_name/preheat/policies/:preheat_policy_name',
    DeletePolicy: 'DELETE /projects/:project_name/preheat/policies/:preheat_policy_name',
    ListExecutions: 'GET /projects/:project_name/preheat/policies/:preheat_policy_name/executions',
    GetExecution:
      'GET /projects/:project_name/preheat/policies/:preheat_policy_name/executions/:execution_id',
    StopExecution:
      'PATCH /projects/:project_name/preheat/policies/:preheat_policy_name/executions/:execution_id',
    ListTasks:
      'GET /projects/:project_name/preheat/policies/:preheat_policy_name/executions/:execution_id/tasks',
    GetPreheatLog:
      'GET /projects/:project_name/preheat/policies/:preheat_policy_name/executions/:execution_id/tasks/:task_id/logs',
    ListProvidersUnderProject: 'GET /projects/:project_name/preheat/providers',
  },
  LDAP: {
    pingLdap: 'POST /ldap/ping',
    searchLdapUser: 'GET /ldap/users/search',
    importLdapUser: 'POST /ldap/users/import',
    searchLdapGroup: 'GET /ldap/groups/search',
  },
  'OpenID Connect': {
    pingOIDC: 'POST /system/oidc/ping',
  },
} as const satisfies Record<string, Operations>;

/** The logins of those features, outside Harbor's document; browsers come here before anybody is logged in. */
export const laterLogins = {
  'OpenID Connect': {
    oidcLogin: 'GET /c/oidc/login',
    oidcCallback: 'GET /c/oidc/callback',
    oidcOnboard: 'POST /c/oidc/onboard',
    oidcLogout: 'GET /c/oidc/logout',
  },
  'login through an authenticating proxy': {
    authproxyRedirect: 'GET /c/authproxy/redirect',
  },
} as const satisfies Record<string, Operations>;

/** operationId → method and path. */
export type Operations = Record<string, `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`>;
