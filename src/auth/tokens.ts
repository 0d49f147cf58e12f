import { Buffer } from 'node:buffer';
import { type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { nameOf } from '#src/access/authorize.ts';
import type { Principal } from '#src/access/principal.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Holder } from './directory.ts';
import { LruMap } from './lru.ts';
import type { SigningKey } from './signing-key.ts';

/** One entry of claim `access`. */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

export interface IssuedToken {
  readonly token: string;
  readonly issuedAt: Date;
  /** Seconds. */
  readonly expiresIn: number;
}

export interface VerifiedToken {
  readonly subject: string;
  /** Whose it is, by id, so that a re-created account of the same name is another one (G-80). */
  readonly holder: Holder | { readonly kind: 'anonymous' };
  /** Repository name → what the token allows there; what the holder may do today still has to allow it too. */
  readonly access: ReadonlyMap<string, ReadonlySet<string>>;
  /** `registry:catalog:*` */
  readonly catalog: boolean;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Harbor's; clients and scripts look at them. */
const issuer = 'harbor-token-issuer';
export const audience = 'harbor-registry';

/** How far the clocks of replicas may be apart (s); Harbor's. */
const leeway = 60;
/** No header can be longer anyway: Node's limit for all headers together. */
const longestToken = 16 * 1024;
/** Of all verified tokens together, counted as tokenWeight does. */
const cacheBytes = 8 * 1024 * 1024;

/**
 * Bearer tokens of the data plane: JWTs signed with ES256, claims as Harbor's plus `holder`.
 *
 * Only this registry makes them, so their header is one of a few known texts, one for each key. A token with any
 * other header (algorithm, `jwk`, `jku`, `x5c`, `crit`, `zip`, two signatures, encryption) is refused before a byte
 * of it is decoded; `kid` only picks among our own keys by that comparison (S-072, S-129, G-46).
 */
export class Tokens {
  readonly #signWith: KeyObject;
  readonly #header: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #clock: Clock;
  readonly #verified = new LruMap<string, VerifiedToken>(cacheBytes);

  /** Signs with `key`; tokens of `earlier` keys stay good until they expire. */
  constructor(key: SigningKey, options: { earlier?: readonly SigningKey[]; clock?: Clock } = {}) {
    this.#signWith = key.privateKey;
    this.#header = headerOf(key);
    this.#keys = new Map([key, ...(options.earlier ?? [])].map((one) => [headerOf(one), one.publicKey]));
    this.#clock = options.clock ?? systemClock;
  }

  /** `epoch` is that of the password with which the caller logged in; without it, only a first password's. */
  async issue(
    who: Principal,
    access: readonly Access[],
    ttlSeconds: number,
    epoch = 0,
  ): Promise<IssuedToken> {
    const now = Math.floor(this.#clock.now() / 1000);
    const claims = encode({
      iss: issuer,
      sub: who.kind === 'anonymous' ? '' : nameOf(who),
      aud: audience,
      exp: now + ttlSeconds,
      nbf: now,
      iat: now,
      jti: randomBytes(12).toString('base64url'),
      access,
      holder: writeHolder(who, epoch),
    });
    const signed = `${this.#header}.${claims}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#signWith, dsaEncoding: 'ieee-p1363' });
    return {
      token: `${signed}.${signature.toString('base64url')}`,
      issuedAt: new Date(now * 1000),
      expiresIn: ttlSeconds,
    };
  }

  /** Undefined when the token is not ours, was changed, or is out of its time. Cheap for one seen before. */
  verify(token: string): VerifiedToken | undefined {
    const now = this.#clock.now() / 1000;
    const known = this.#verified.get(token);
    if (known !== undefined) {
      if (known.expiresAt + leeway > now) return known;
      this.#verified.delete(token);
      return undefined;
    }
    const claims = this.#open(token);
    const verified = claims === undefined ? undefined : readClaims(claims, now);
    if (verified !== undefined) this.#verified.set(token, verified, tokenWeight(token));
    return verified;
  }

  /** What the kept tokens take, in bytes. */
  get kept(): { tokens: number; bytes: number } {
    return { tokens: this.#verified.size, bytes: this.#verified.weight };
  }

  #open(token: string): Record<string, unknown> | undefined {
    if (token.length > longestToken) return undefined;
    const first = token.indexOf('.');
    const last = token.lastIndexOf('.');
    const key = this.#keys.get(token.slice(0, Math.max(first, 0)));
    const payload = token.slice(first + 1, last);
    const signature = token.slice(last + 1);
    if (key === undefined || !base64url.test(payload) || !base64url.test(signature)) return undefined;
    const bytes = Buffer.from(signature, 'base64url');
    const signed = Buffer.from(token.slice(0, last), 'latin1');
    if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)) return undefined;
    return decode(payload);
  }
}

const base64url = /^[A-Za-z0-9_-]+$/;

const headerOf = (key: SigningKey): string => encode({ alg: 'ES256', kid: key.kid, typ: 'JWT' });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(payload: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Measured: the text, its map and sets, and the entry. */
const tokenWeight = (token: string): number => 3 * token.length + 1000;

/** Checks every claim, though only our own key can have signed them: an earlier version may have meant another thing. */
function readClaims(claims: Record<string, unknown>, now: number): VerifiedToken | undefined {
  const { iss, aud, sub, exp, nbf, iat, jti, access, holder } = claims;
  if (iss !== issuer || aud !== audience || typeof sub !== 'string' || typeof jti !== 'string')
    return undefined;
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat)) return undefined;
  if (exp + leeway <= now || nbf - leeway > now || iat - leeway > now) return undefined;
  const whose = readHolder(holder);
  const allowed = readAccess(access);
  if (whose === undefined || allowed === undefined) return undefined;
  return { subject: sub, holder: whose, ...allowed, issuedAt: iat, expiresAt: exp };
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value);

function writeHolder(who: Principal, epoch: number): string {
  if (who.kind === 'anonymous') return who.kind;
  return `${who.kind}:${who.id}:${epoch}`;
}

function readHolder(value: unknown): VerifiedToken['holder'] | undefined {
  if (value === 'anonymous') return { kind: 'anonymous' };
  if (typeof value !== 'string') return undefined;
  const account = /^(user|robot):([1-9][0-9]{0,9}):([0-9]{1,10})$/.exec(value);
  if (!account) return undefined;
  const kind = account[1] === 'robot' ? 'robot' : 'user';
  return { kind, id: Number(account[2]), epoch: Number(account[3]) };
}

function readAccess(value: unknown): Pick<VerifiedToken, 'access' | 'catalog'> | undefined {
  if (!Array.isArray(value)) return undefined;
  const access = new Map<string, ReadonlySet<string>>();
  let catalog = false;
  for (const entry of value as unknown[]) {
    if (!isRecord(entry)) return undefined;
    const { type, name, actions } = entry;
    if (typeof name !== 'string' || !Array.isArray(actions)) return undefined;
    const texts = (actions as unknown[]).filter((action) => typeof action === 'string');
    if (type === 'repository') access.set(name, new Set(texts));
    if (type === 'registry' && name === 'catalog') catalog = texts.includes('*');
  }
  return { access, catalog };
}
