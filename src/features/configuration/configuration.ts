import { type LiveName, settingIn, type StoredSettings } from '#src/config/live.ts';
import { isSecret, liveNames, liveSetting } from '#src/config/live-start.ts';
import { announce, type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { beginForwarding, record } from '#src/features/audit/index.ts';
import * as store from './configuration.store.ts';
import { accepts } from './forward-endpoint.ts';
import { conflictsOf, normalised, problemsOf } from './rules.ts';

export interface ConfigurationParts {
  readonly secretKey: Uint8Array;
  /** CONFIG_OVERWRITE_JSON is given: administrators change nothing. */
  readonly settingsLocked: boolean;
}

export interface ShownSetting {
  readonly value: string | number | boolean;
  readonly editable: boolean;
  readonly default: string | number | boolean;
  /** Who has set it; `start` is the environment or the configuration file. */
  readonly source: 'default' | 'start' | 'administrator';
}

/** Read from the database: another process may have answered the change that this caller made a moment ago. */
export async function getConfiguration(
  ctx: Context,
  { settingsLocked }: ConfigurationParts,
): Promise<Map<LiveName, ShownSetting>> {
  const stored = await store.readShown(ctx.db);
  const atStart = await store.listGivenAtStart(ctx.db);
  const people = await store.hasPeople(ctx.db);
  const shown = liveNames.filter((name) => liveSetting(name).api !== 'none' && !isSecret(name));
  return new Map(
    shown.map((name) => {
      const editable = !settingsLocked && !(name === 'auth_mode' && people);
      const source = atStart.has(name) ? 'start' : Object.hasOwn(stored, name) ? 'administrator' : 'default';
      return [name, { value: settingIn(stored, name), editable, default: liveSetting(name).default, source }];
    }),
  );
}

/** What a client sends: typed by the contract, null where it says nothing. */
export type GivenConfiguration = Readonly<Record<string, unknown>>;

/** All or nothing. This process lives by the new settings when it returns, the others a moment later. */
export async function updateConfiguration(
  ctx: Context,
  { secretKey, settingsLocked }: ConfigurationParts,
  given: GivenConfiguration,
): Promise<void> {
  if (settingsLocked) {
    throw new Failure(
      'FORBIDDEN',
      'current config is init by env variable: CONFIG_OVERWRITE_JSON, it cannot be updated',
    );
  }
  const wanted = wantedOf(given);
  if (wanted.size === 0) return;
  refuse(await whatIsWrong(ctx, wanted));
  const values = Object.fromEntries(wanted);
  await inTransaction(ctx, async (ctx) => {
    await store.lockConfiguration(ctx.db);
    if (wanted.has('auth_mode')) await store.lockPeople(ctx.db);
    const before = await store.readConfiguration(ctx.db, secretKey);
    const after = { ...before, ...values };
    refuse(await conflictsOf(ctx.db, before, after));
    await store.saveSettings(ctx.db, secretKey, values, false);
    if (values['audit_log_forward_endpoint']) await beginForwarding(ctx.db);
    await record(ctx, {
      operation: 'update',
      resource_type: 'configuration',
      resource: 'configuration',
      detail: changes([...wanted.keys()], before, after),
    });
    await announce(ctx, 'configuration');
  });
  await ctx.live.reload();
}

function wantedOf(given: GivenConfiguration): Map<LiveName, unknown> {
  const wanted = new Map<LiveName, unknown>();
  for (const name of liveNames) {
    const value = given[name];
    if (value === undefined || value === null || liveSetting(name).api === 'none') continue;
    // As it is shown: who writes back what he read, like Harbor's command line, loses no secret.
    if (name === 'uaa_client_secret' && value === '') continue;
    wanted.set(name, normalised(name, value));
  }
  return wanted;
}

/** Everything at once, before the transaction: a connection to another machine is tried here. */
async function whatIsWrong(ctx: Context, wanted: ReadonlyMap<LiveName, unknown>): Promise<string[]> {
  const stored = await store.readShown(ctx.db);
  // A file of all settings, as Harbor's command line writes one, holds blanks where nothing was ever set.
  const changing = new Map(
    [...wanted].filter(([name, value]) => value !== '' || settingIn(stored, name) !== ''),
  );
  const problems = problemsOf(changing);
  const fitting = new Map(
    [...wanted].filter(([name, value]) => problemsOf(new Map([[name, value]])).length === 0),
  );
  problems.push(...(await conflictsOf(ctx.db, stored, { ...stored, ...Object.fromEntries(fitting) })));
  const endpoint = fitting.get('audit_log_forward_endpoint');
  if (typeof endpoint === 'string' && endpoint !== '' && !(await accepts(endpoint, ctx.signal))) {
    problems.push(`could not connect to the audit endpoint: ${endpoint}`);
  }
  return problems;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('; '));
}

/** S-030: of a password it is said that it changed, and nothing else. */
function changes(names: readonly LiveName[], before: StoredSettings, after: StoredSettings) {
  const changed = names.filter((name) => settingIn(before, name) !== settingIn(after, name));
  const shown = (stored: StoredSettings) =>
    Object.fromEntries(changed.map((name) => [name, isSecret(name) ? '[secret]' : settingIn(stored, name)]));
  return { from: shown(before), to: shown(after) };
}
