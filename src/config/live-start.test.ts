import { describe, expect, test } from 'vitest';
import { liveNames, problemOf, variableOfLive } from './live-start.ts';
import { type LoadedSettings, loadSettings } from './load.ts';
import { settingNames, variableOf } from './naming.ts';
import { SettingsError } from './problems.ts';

function load(env: Record<string, string>): LoadedSettings {
  return loadSettings({ env, folder: '/nowhere', cores: 1 });
}

function problems(env: Record<string, string>): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('first values', () => {
  test('are read from variables as what they are', () => {
    const { settings } = load({
      MOORAGE_TOKEN_EXPIRATION: '15',
      MOORAGE_READ_ONLY: 'true',
      MOORAGE_ROBOT_NAME_PREFIX: 'bot-',
      MOORAGE_STORAGE_PER_PROJECT: '1e9',
      MOORAGE_PULL_AUDIT_LOG_DISABLE: 'True',
    });

    expect(settings.live).toEqual({
      first: {
        token_expiration: 15,
        read_only: true,
        robot_name_prefix: 'bot-',
        storage_per_project: 1_000_000_000,
        pull_audit_log_disable: true,
      },
    });
  });

  test('that break a rule stop the start, all named at once and secrets not shown', () => {
    const found = problems({
      MOORAGE_AUTH_MODE: 'magic',
      MOORAGE_TOKEN_EXPIRATION: '0',
      MOORAGE_READ_ONLY: 'perhaps',
      MOORAGE_CONFIG_OVERWRITE_JSON: '{"oidc_client_secret": 12345, "session_timeout": "soon"}',
    });

    expect(found).toEqual([
      expect.stringMatching(/^MOORAGE_AUTH_MODE is "magic": it must be one of db_auth, /),
      'MOORAGE_READ_ONLY is "perhaps": it must be true or false',
      'MOORAGE_TOKEN_EXPIRATION is "0": it must be a whole number from 1 to 9999999999',
      expect.stringMatching(/^oidc_client_secret in MOORAGE_CONFIG_OVERWRITE_JSON is not shown here/),
      expect.stringContaining('session_timeout in MOORAGE_CONFIG_OVERWRITE_JSON is "soon"'),
    ]);
    expect(found.join()).not.toContain('12345');
  });

  test('share no variable with the settings of the process', () => {
    const own = settingNames.map(variableOf);

    expect(liveNames.map(variableOfLive).filter((variable) => own.includes(variable))).toEqual([]);
  });
});

describe('CONFIG_OVERWRITE_JSON', () => {
  test('is read under Harbor’s name too, and takes text for numbers and maps for their JSON', () => {
    const { settings, warnings } = load({
      CONFIG_OVERWRITE_JSON: JSON.stringify({
        read_only: 'true',
        session_timeout: '90',
        oidc_extra_redirect_parms: { prompt: 'login' },
        scan_all_policy: { type: 'none' },
      }),
    });

    expect(settings.live.overwrite).toEqual({
      read_only: true,
      session_timeout: 90,
      oidc_extra_redirect_parms: '{"prompt":"login"}',
    });
    expect(warnings).toEqual(['CONFIG_OVERWRITE_JSON: "scan_all_policy" is not a setting and has no effect']);
  });

  test.each(['[]', '"text"', '{', 'null'])('%s is refused without being shown', (value) => {
    expect(problems({ CONFIG_OVERWRITE_JSON: value })).toEqual([
      expect.stringContaining('must be a JSON object'),
    ]);
  });
});

test.each([
  ['robot_name_prefix', 'bot-', undefined],
  ['robot_name_prefix', 'harbor@', undefined],
  ['robot_name_prefix', 'ci+robot+', undefined],
  ['robot_name_prefix', 'a:b', 'must have 1 to 32'],
  ['robot_name_prefix', 'a/b', 'must have 1 to 32'],
  ['ldap_uid', '  ', 'must not be blank'],
  ['storage_per_project', 0, 'must be -1'],
  ['oidc_extra_redirect_parms', '{"a":1}', 'whose values are strings'],
  ['audit_log_forward_endpoint', 'logs.example.com:514', undefined],
  ['audit_log_forward_endpoint', 'tls://[::1]:6514', undefined],
  ['audit_log_forward_endpoint', 'http://logs:80', 'must be host:port'],
  ['audit_log_forward_endpoint', 'logs:0', 'must be host:port'],
  ['session_timeout', 10_000_000_000, 'from 1 to 9999999999'],
] as const)('%s may be %j or is told why not', (name, value, reason) => {
  const problem = problemOf(name, value);

  if (reason === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(reason);
});
