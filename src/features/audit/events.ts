import type { LiveSettings } from '#src/config/live.ts';

/** Harbor's names of what can happen, as disabled_audit_log_event_types takes them (jobs.md section 13). */
export const eventTypes = [
  'create_artifact',
  'delete_artifact',
  'pull_artifact',
  'create_project',
  'delete_project',
  'delete_repository',
  'login_user',
  'logout_user',
  'create_user',
  'delete_user',
  'update_user',
  'create_robot',
  'delete_robot',
  'update_configuration',
  'create_member',
  'update_member',
  'delete_member',
  'update_project',
] as const;

/** False when an administrator switched this kind of event off. What has no name in Harbor is always recorded. */
export function isRecorded(
  live: Pick<LiveSettings, 'get'>,
  { operation, resource_type }: { readonly operation: string; readonly resource_type: string },
): boolean {
  const event = `${operation}_${resource_type}`;
  if (event === 'pull_artifact' && live.get('pull_audit_log_disable')) return false;
  const disabled = live.get('disabled_audit_log_event_types');
  if (disabled === '' || !eventTypes.some((name) => name === event)) return true;
  return !disabled.split(',').some((name) => name.trim() === event);
}
