import type { ColumnType, Generated } from 'kysely';

/** The tables of what governs content: immutable tags and tag retention. */
export interface PolicyTables {
  immutable_rule: ImmutableRuleTable;
  immutable_epoch: { project_id: number; epoch: number };
  retention_policy: RetentionPolicyTable;
}

interface ImmutableRuleTable {
  id: Generated<number>;
  project_id: number;
  disabled: Generated<boolean>;
  tag_decoration: 'matches' | 'excludes';
  tag_pattern: string;
  /** JSON text as the client gave it; it says nothing about immutability (Harbor). */
  tag_extras: Generated<string>;
  repository_decoration: 'repoMatches' | 'repoExcludes';
  repository_pattern: string;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface RetentionPolicyTable {
  id: Generated<number>;
  project_id: number;
  algorithm: Generated<string>;
  rules: ColumnType<unknown, string, string>;
  /** Six fields; empty without a schedule. */
  cron: Generated<string>;
  revision: Generated<number>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}
