import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';
import type { BulkTables } from './tables-bulk.ts';
import type { CollectionTables } from './tables-collection.ts';
import type { JobTables } from './tables-jobs.ts';
import type { PolicyTables } from './tables-policies.ts';
import type { TagHistoryTables } from './tables-tag-history.ts';
import type { WebhookTables } from './tables-webhooks.ts';

/** Rows as PostgreSQL has them; `int8` is read as a number (sizes and ids stay below 2^53). */
export interface Tables
  extends BulkTables,
    JobTables,
    CollectionTables,
    PolicyTables,
    TagHistoryTables,
    WebhookTables {
  installation: { name: string; value: string };
  user_account: UserAccountTable;
  project: ProjectTable;
  quota: QuotaTable;
  quota_charge: { project_id: number; bytes: number };
  user_group: UserGroupTable;
  user_account_group: { user_id: number; group_id: number };
  project_member: ProjectMemberTable;
  robot: RobotTable;
  robot_grant: RobotGrantTable;
  repository: RepositoryTable;
  blob: BlobTable;
  manifest: { blob_id: number; payload: Buffer };
  repository_blob: { repository_id: number; blob_id: number; linked_at: Generated<Date> };
  project_blob: { project_id: number; blob_id: number };
  artifact: ArtifactTable;
  artifact_blob: { artifact_id: number; repository_id: number; blob_id: number };
  artifact_child: ArtifactChildTable;
  artifact_detail: ArtifactDetailTable;
  tag: TagTable;
  upload: UploadTable;
  audit_log: AuditLogTable;
  session: SessionTable;
  configuration: ConfigurationTable;
  system_cve_allowlist: { id: Generated<number>; list: Json<CveAllowlist> };
  label: LabelTable;
  user_preference: PreferenceTable;
  artifact_label: { artifact_id: number; label_id: number; creation_time: Generated<Date> };
}

type Json<T extends object> = JSONColumnType<T>;

interface ConfigurationTable {
  name: string;
  value: ColumnType<unknown, string, string>;
  /** Not by an administrator. */
  given_at_start: Generated<boolean>;
  update_time: Generated<Date>;
}

interface UserAccountTable {
  user_id: Generated<number>;
  username: string;
  /** NFKC and lower case: two accounts that look alike cannot both exist (G-05). */
  username_folded: string;
  email: string | null;
  email_folded: string | null;
  realname: Generated<string>;
  comment: Generated<string>;
  password_hash: string | null;
  sysadmin_flag: Generated<boolean>;
  deleted: Generated<boolean>;
  /** Raised when the password changes: what was given out for an earlier one is void. */
  epoch: Generated<number>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface SessionTable {
  /** SHA-256 of what the cookie holds. */
  id_hash: Buffer;
  user_id: number;
  epoch: number;
  creation_time: Generated<Date>;
  renewal_time: Generated<Date>;
  expires_at: ColumnType<Date, Date | string, Date | string>;
}

interface ProjectTable {
  project_id: Generated<number>;
  name: string;
  owner_id: number;
  metadata: ColumnType<Record<string, string>, string | undefined, string>;
  cve_allowlist: ColumnType<CveAllowlist | null, string | undefined, string>;
  public: GeneratedAlways<boolean>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

/** Times are RFC 3339; `expires_at` is seconds since the epoch, null never. */
export interface CveAllowlist {
  expires_at: number | null;
  items: string[];
  creation_time: string;
  update_time: string;
}

interface QuotaTable {
  id: Generated<number>;
  project_id: number;
  /** Bytes; -1 is no limit. */
  hard_storage: Generated<number>;
  /** Bytes; the project's whole use is this plus the sum of its quota_charge rows. */
  used_storage: Generated<number>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface UserGroupTable {
  id: Generated<number>;
  group_name: string;
  group_type: number;
  ldap_group_dn: Generated<string>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface ProjectMemberTable {
  id: Generated<number>;
  project_id: number;
  user_id: number | null;
  group_id: number | null;
  role: number;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface RobotTable {
  id: Generated<number>;
  /** The given name; the displayed one is prefix (+ project + `+`) + this. */
  name: string;
  level: 'system' | 'project';
  project_id: number | null;
  description: Generated<string>;
  secret_hash: string;
  /** Counts the secrets. */
  epoch: Generated<number>;
  /** Days; -1 is for ever. */
  duration: number;
  /** Seconds since the epoch; -1 is never. */
  expires_at: Generated<number>;
  disabled: Generated<boolean>;
  creator_type: 'local' | 'robot';
  creator_ref: number;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface RobotGrantTable {
  robot_id: number;
  kind: 'system' | 'project';
  /** As shown: `/`, `*`, or the project's name when the grant was made. */
  namespace: string;
  project_id: number | null;
  resource: string;
  action: string;
  effect: Generated<'allow' | 'deny'>;
}

interface RepositoryTable {
  repository_id: Generated<number>;
  project_id: number;
  /** Whole name, project included. */
  name: string;
  description: Generated<string>;
  pull_count: Generated<number>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface BlobTable {
  id: Generated<number>;
  digest: string;
  size: number;
  location: string | null;
  leased_until: ColumnType<Date, Date | string, Date | string>;
  creation_time: Generated<Date>;
}

interface ArtifactTable {
  id: Generated<number>;
  repository_id: number;
  /** The manifest's own bytes. */
  blob_id: number;
  digest: string;
  media_type: string;
  artifact_type: string | null;
  config_media_type: string | null;
  subject_digest: string | null;
  /** Manifest, config and layers together; the database adds what its children hold to an index's own bytes. */
  size: number;
  annotations: Json<Record<string, string>> | null;
  push_time: Generated<Date>;
  pull_time: Date | null;
  /** The repository's; the database sets it. */
  project_id: ColumnType<number, never, never>;
  /** The digest of what it signs or describes, and how; the database sets both. Null when it stands for itself. */
  accessory_of: ColumnType<string | null, never, never>;
  accessory_type: ColumnType<string | null, never, never>;
  /** IMAGE, CHART, …: what Harbor calls the artifact's type. */
  type: GeneratedAlways<string>;
}

/** What a manifest's config says about it, as JSON; `blob_id` is the manifest's. */
interface ArtifactDetailTable {
  blob_id: number;
  attributes: string;
}

interface ArtifactChildTable {
  parent_id: number;
  child_id: number;
  repository_id: number;
  position: number;
  platform: Json<Record<string, unknown>> | null;
  annotations: Json<Record<string, string>> | null;
}

interface TagTable {
  id: Generated<number>;
  repository_id: number;
  name: string;
  /** What people sort its name by; the database sets it. */
  name_order: GeneratedAlways<string>;
  artifact_id: number;
  push_time: Generated<Date>;
  pull_time: Date | null;
}

interface UploadTable {
  id: string;
  repository_id: number;
  starter: string;
  owner: string;
  size: Generated<number>;
  draft: ColumnType<object, string, string>;
  algorithm: string;
  digest: string | null;
  started_at: Generated<Date>;
  expires_at: ColumnType<Date, Date | string, Date | string>;
}

interface AuditLogTable {
  id: Generated<number>;
  op_time: ColumnType<Date, never, never>;
  /** An xid8, read as text. */
  transaction_id: ColumnType<string, never, never>;
  username: string;
  operation: string;
  resource_type: string;
  resource: string;
  project_id: number | null;
  operation_result: Generated<boolean>;
  client_address: string | null;
  detail: Json<Record<string, unknown>> | null;
}

interface LabelTable {
  id: Generated<number>;
  name: string;
  description: Generated<string>;
  color: Generated<string>;
  scope: 'g' | 'p';
  /** Null in scope g. */
  project_id: number | null;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface PreferenceTable {
  user_id: number;
  document: ColumnType<Record<string, unknown>, string, string>;
  update_time: Generated<Date>;
}
