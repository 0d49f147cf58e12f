import { foldName } from '#src/auth/names.ts';
import { type LiveName, settingIn, type StoredSettings } from '#src/config/live.ts';
import { isSecret, problemOf } from '#src/config/live-start.ts';
import type { Db } from '#src/database/pool.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './configuration.store.ts';

/** Harbor: an LDAP address without a scheme gets one. */
export function normalised(name: LiveName, value: unknown): unknown {
  if (name !== 'ldap_url' || typeof value !== 'string' || value.trim() === '') return value;
  return value.includes('://') ? value : `ldap://${value}`;
}

/** What is wrong with single values, whatever the others are. */
export function problemsOf(values: ReadonlyMap<LiveName, unknown>): string[] {
  return [...values].flatMap(([name, value]) => {
    const reason = problemOf(name, value);
    if (reason === undefined) return [];
    return [isSecret(name) ? `${name} ${reason}` : `${name} ${reason}, not ${quote(String(value))}`];
  });
}

/** What is wrong with a change when the other settings and the people who are there are looked at. */
export async function conflictsOf(db: Db, before: StoredSettings, after: StoredSettings): Promise<string[]> {
  const changed = (name: LiveName): boolean => settingIn(before, name) !== settingIn(after, name);
  const problems: string[] = [];
  if (changed('auth_mode') && (await store.hasPeople(db))) {
    problems.push('the auth mode cannot be modified as new users have been inserted into database');
  }
  if (settingIn(after, 'skip_audit_log_database') && settingIn(after, 'audit_log_forward_endpoint') === '') {
    problems.push(
      'skip_audit_log_database needs audit_log_forward_endpoint: audit entries would be kept nowhere',
    );
  }
  if (changed('robot_name_prefix')) {
    const prefix = settingIn(after, 'robot_name_prefix');
    const names = await store.findNamesBeginning(db, foldName(prefix));
    if (names.length > 0) {
      // G-50: whoever has such a name could not log in any more, and would pass for a robot.
      const list = names.map(quote).join(', ');
      problems.push(`robot_name_prefix ${quote(prefix)} begins the names of users (${list}): choose another`);
    }
  }
  return problems;
}
