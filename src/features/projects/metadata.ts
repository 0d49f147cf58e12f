import { Failure, together } from '#src/failures.ts';
import { quote } from '#src/oci/quote.ts';

/** As a client sends it: a key may be missing, null or empty, which all mean "not set". */
export type GivenMetadata = Readonly<Record<string, string | null | undefined>>;
export type Metadata = Readonly<Record<string, string>>;

const booleans: readonly string[] = [
  'public',
  'enable_content_trust',
  'enable_content_trust_cosign',
  'prevent_vul',
  'auto_scan',
  'auto_sbom_generation',
  'reuse_sys_cve_allowlist',
  'proxy_referrer_api',
  'proxy_cache_local_on_not_found',
];

// Harbor: dropped without a word where the project is not a proxy cache.
const onlyOfProxies: readonly string[] = [
  'proxy_speed_kb',
  'max_upstream_conn',
  'proxy_cache_filter_pattern',
  'proxy_cache_filter_kind',
];

/** The metadata of a new project (settings.md section 1). `legacyPublic` is the body's old field `public`. */
export function metadataOfNew(given: GivenMetadata, legacyPublic: boolean | null | undefined): Metadata {
  const [visibility, rest] = together(
    () => checkedVisibility(given['public'] || String(legacyPublic ?? false)),
    () => checkedMetadata({ ...given, public: null }),
    () => refuseRetention(given),
  );
  return { ...rest, public: visibility };
}

function checkedVisibility(value: string): string {
  if (value === 'true' || value === 'false') return value;
  throw new Failure(
    'BAD_REQUEST',
    `metadata.public should only be 'true' or 'false', but got: ${quote(value)}`,
  );
}

function refuseRetention(given: GivenMetadata): void {
  if (!given['retention_id']) return;
  throw new Failure(
    'BAD_REQUEST',
    'metadata.retention_id is set by the registry: leave it out when creating a project',
  );
}

/** The metadata after an update: keys given replace what was there, keys given empty take it away. */
export function metadataAfter(given: GivenMetadata, current: Metadata): Metadata {
  const [checked] = together(
    () => checkedMetadata(given),
    () => refuseOtherRetention(given, current),
  );
  const cleared = Object.keys(given).filter((key) => given[key] === '' && !isServers(key));
  const kept = Object.fromEntries(Object.entries(current).filter(([key]) => !cleared.includes(key)));
  return { ...kept, ...checked };
}

function refuseOtherRetention(given: GivenMetadata, current: Metadata): void {
  const retention = given['retention_id'];
  if (!retention || retention === current['retention_id']) return;
  throw new Failure(
    'BAD_REQUEST',
    'metadata.retention_id is set by the registry: leave it out, or send the one that the project has',
  );
}

// A project is either public or not, and what the registry set itself is not a client's to clear.
function isServers(key: string): boolean {
  return key === 'public' || key === 'retention_id' || onlyOfProxies.includes(key);
}

/** What of it is stored, in the form in which it is. */
function checkedMetadata(given: GivenMetadata): Record<string, string> {
  const known = Object.entries(given).filter(([key]) => key === 'severity' || booleans.includes(key));
  const pairs = known.map(([key, value]) => (): [string, string][] => {
    if (!value) return [];
    return [[key, key === 'severity' ? severity(value) : String(truth(key, value))]];
  });
  return Object.fromEntries(together(...pairs).flat());
}

/**
 * One key and its value, for the operations on single keys. Harbor: unknown keys are refused there, and what the
 * registry keeps here for itself (`retention_id`, `projectScanner`) counts as unknown (S-026).
 */
export function checkedPair(given: Readonly<Record<string, string>>): [key: string, value: string] {
  const [pair, ...more] = Object.entries(given);
  if (pair === undefined || more.length > 0) {
    throw new Failure('BAD_REQUEST', 'only allow one key/value pair: send each key in a request of its own');
  }
  const [key, value] = pair;
  checkedKey(key);
  return [key, key === 'severity' ? severity(value) : String(truth(key, value))];
}

export function checkedKey(key: string): void {
  if (key === 'severity' || booleans.includes(key)) return;
  const reason = onlyOfProxies.includes(key) ? ': it belongs to proxy cache projects' : '';
  throw new Failure('BAD_REQUEST', `invalid key: ${quote(key)}${reason}`);
}

/** What Go's ParseBool takes. */
function truth(key: string, value: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
  throw new Failure('BAD_REQUEST', `metadata.${key} should be 'true' or 'false', but got: ${quote(value)}`);
}

function severity(value: string): string {
  const folded = value.toLowerCase();
  if (/^(none|low|medium|high|critical)$/.test(folded)) return folded;
  throw new Failure(
    'BAD_REQUEST',
    `metadata.severity should be none, low, medium, high or critical, but got: ${quote(value)}`,
  );
}
