import { between, endpoint, filled, mapOfTexts, oneOf, type Rule, span } from './live-rules.ts';

/**
 * The settings that an administrator changes while the registry runs: Harbor's "user scope" keys with Harbor's
 * defaults (settings.md section 2a). Their values are rows of the table `configuration`; which values they take is
 * said here for the API, for the environment and for the configuration file alike.
 */
interface Text {
  readonly type: 'string';
  readonly default: string;
  readonly rule?: Rule<string>;
}
/** Sealed in the database, shown to nobody. */
interface Secret {
  readonly type: 'password';
  readonly default: '';
  readonly rule?: never;
}
interface Truth {
  readonly type: 'bool';
  readonly default: boolean;
  readonly rule?: never;
}
interface Whole {
  readonly type: 'int';
  readonly default: number;
  readonly rule: Rule<number>;
}
/** With `none` the API does not know the setting (Harbor), and the environment or the file gives it. */
export type LiveSetting = (Text | Secret | Truth | Whole) & { readonly api?: 'none' };

const text = (value: string, rule?: Rule<string>): Text => ({
  type: 'string',
  default: value,
  ...(rule && { rule }),
});
const secret: Secret = { type: 'password', default: '' };
const truth = (value: boolean): Truth => ({ type: 'bool', default: value });
const whole = (value: number, rule: Rule<number>): Whole => ({ type: 'int', default: value, rule });

export const liveSettings = {
  audit_log_forward_endpoint: text('', endpoint),
  auth_mode: text('db_auth', oneOf('db_auth', 'ldap_auth', 'uaa_auth', 'http_auth', 'oidc_auth')),
  banner_message: text(''),
  disabled_audit_log_event_types: text(''),
  http_authproxy_admin_groups: text(''),
  http_authproxy_admin_usernames: text(''),
  http_authproxy_endpoint: text(''),
  http_authproxy_server_certificate: text(''),
  http_authproxy_skip_search: truth(false),
  http_authproxy_tokenreview_endpoint: text(''),
  http_authproxy_verify_cert: truth(true),
  ldap_base_dn: text('', filled),
  ldap_filter: text(''),
  ldap_group_admin_dn: text(''),
  ldap_group_attach_parallel: truth(false),
  ldap_group_attribute_name: text(''),
  ldap_group_base_dn: text(''),
  ldap_group_membership_attribute: text('memberof'),
  ldap_group_search_filter: text(''),
  ldap_group_search_scope: whole(2, between(0, 2)),
  ldap_scope: whole(2, between(0, 2)),
  ldap_search_dn: text(''),
  ldap_search_password: secret,
  ldap_timeout: whole(5, between(1, 2_147_483_647)),
  ldap_uid: text('cn', filled),
  ldap_url: text('', filled),
  ldap_verify_cert: truth(true),
  notification_enable: truth(true),
  oidc_admin_group: text(''),
  oidc_auto_onboard: truth(false),
  oidc_client_id: text(''),
  oidc_client_secret: secret,
  oidc_endpoint: text(''),
  oidc_extra_redirect_parms: text('{}', mapOfTexts),
  oidc_group_filter: text(''),
  oidc_groups_claim: text(''),
  oidc_logout: truth(false),
  oidc_name: text(''),
  oidc_scope: text(''),
  oidc_user_claim: text(''),
  oidc_verify_cert: truth(true),
  primary_auth_mode: truth(false),
  project_creation_restriction: text('everyone', oneOf('everyone', 'adminonly')),
  pull_audit_log_disable: { ...truth(false), api: 'none' },
  pull_count_update_disable: { ...truth(false), api: 'none' },
  pull_time_update_disable: { ...truth(false), api: 'none' },
  quota_per_project_enable: truth(true),
  read_only: truth(false),
  // Ours: how long what was deleted can be brought back.
  restore_hours: whole(24, between(0, 8_760)),
  robot_name_prefix: text('robot$', {
    // A colon ends a name in Basic credentials, a slash a part of an address. The Terraform provider's guide has `harbor@`.
    fits: (value) => /^[^\s:/]{1,32}$/.test(value),
    says: 'must have 1 to 32 characters, none of them a blank, a colon or a slash',
  }),
  robot_token_duration: whole(30, span),
  scanner_skip_update_pulltime: truth(false),
  self_registration: truth(false),
  session_timeout: whole(60, span),
  skip_audit_log_database: truth(false),
  storage_per_project: whole(-1, {
    fits: (value) => value === -1 || (Number.isSafeInteger(value) && value > 0),
    says: 'must be -1 (no limit) or a positive number of bytes',
  }),
  token_expiration: whole(30, span),
  uaa_client_id: text(''),
  uaa_client_secret: secret,
  uaa_endpoint: text(''),
  uaa_verify_cert: truth(false),
} as const satisfies Record<string, LiveSetting>;

export type LiveName = keyof typeof liveSettings;
export type LiveValue<N extends LiveName> = (typeof liveSettings)[N] extends { readonly type: 'bool' }
  ? boolean
  : (typeof liveSettings)[N] extends { readonly type: 'int' }
    ? number
    : string;

/** What is stored, by name; what is not there has its default. Secrets are opened. */
export type StoredSettings = Readonly<Record<string, unknown>>;

/** What the environment and the configuration file say about the settings that administrators change. */
export interface LiveAtStart {
  /** In force until an administrator sets another value. */
  readonly first: StoredSettings;
  /** In force whatever was set before; while there is one, administrators change nothing. */
  readonly overwrite?: StoredSettings;
}

/** The value in force among those stored. */
export function settingIn<N extends LiveName>(stored: StoredSettings, name: N): LiveValue<N> {
  const { type, default: usual } = liveSettings[name];
  const value = stored[name];
  const fits = typeof value === (type === 'bool' ? 'boolean' : type === 'int' ? 'number' : 'string');
  // What does not fit, say a row of a newer version, counts as absent; `fits` is what makes the cast true.
  return (fits ? value : usual) as LiveValue<N>;
}

/** The settings in force in this process: read at start, read again when any process changed them. */
export class LiveSettings {
  readonly #load: () => Promise<StoredSettings>;
  #values: StoredSettings = {};
  #reading: Promise<void> = Promise.resolve();

  constructor(load: () => Promise<StoredSettings>) {
    this.#load = load;
  }

  get<N extends LiveName>(name: N): LiveValue<N> {
    return settingIn(this.#values, name);
  }

  /** One after the other, so that an older answer never replaces a newer one. Throws when they cannot be read. */
  reload(): Promise<void> {
    this.#reading = this.#reading
      .catch(() => undefined)
      .then(async () => {
        this.#values = await this.#load();
      });
    return this.#reading;
  }
}
