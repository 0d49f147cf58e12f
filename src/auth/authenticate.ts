import { hash, randomBytes } from 'node:crypto';
import { nobody, type Principal } from '#src/access/principal.ts';
import type { AccessChange } from '#src/context.ts';
import type { Database } from '#src/database/pool.ts';
import type { Logger } from '#src/log.ts';
import { Attempts, networkOf } from './attempts.ts';
import { decodeBasic, readAuthorization } from './authorization.ts';
import { type Clock, systemClock } from './clock.ts';
import {
  type Credential,
  findRobotCredential,
  findUserCredential,
  upgradeCredential,
} from './credentials.store.ts';
import type { Directory, Holder } from './directory.ts';
import { Gate } from './gate.ts';
import { LruMap } from './lru.ts';
import { foldName } from './names.ts';
import { dummyHash, hashPassword, isGenerated, verifySecret } from './passwords.ts';
import type { Tokens, VerifiedToken } from './tokens.ts';

export type { VerifiedToken } from './tokens.ts';

export interface Identity {
  readonly who: Principal;
  /** `failed`: credentials were sent and are good for nothing; `who` is anonymous then. */
  readonly how: 'anonymous' | 'basic' | 'token' | 'session' | 'failed';
  /** Of an account that logged in (`basic`, `session`): counts the passwords; what is given out now is for this one. */
  readonly epoch?: number;
  /** With `token` only: what it allows at most. */
  readonly token?: VerifiedToken;
}

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly directory: Directory;
  readonly tokens: Tokens;
  /** Setting robot_name_prefix. */
  readonly robotPrefix: () => string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Told of every login that fails, before its client is. `known`: the name is an account's, or its address. */
  readonly refused?: (attempt: { name: string; address: string }, known: boolean) => Promise<void>;
}

type Attempt = Readonly<Record<'name' | 'password' | 'digest' | 'address', string>>;

/** Who showed the right password. */
export interface LoggedIn {
  readonly who: Principal;
  readonly holder: Holder;
}

/** A password found right. */
interface Checked {
  readonly holder: Holder;
  /** The hash it was compared with: while the row still has it, the password is right. */
  readonly stored: string;
  /** On the clock that never goes back: when it was hashed, and when the row was last looked at. */
  readonly hashed: number;
  readonly seen: number;
  readonly generation: number;
}

/** How long a checked password is good without a look at its row (ms). */
const fresh = 60_000;
/** How long it is remembered at all, so that a look at the row replaces the hash (ms). */
const remembered = 600_000;
/** About 400 bytes each. */
const checkedLimit = 10_000;

const anonymous: Identity = Object.freeze({ who: nobody, how: 'anonymous' });
const failed: Identity = Object.freeze({ who: nobody, how: 'failed' });

/**
 * Finds out who sends a request from its Authorization header: Basic for users and robots, Bearer for this
 * registry's tokens, nothing else (Harbor's internal `Harbor-Secret` is not accepted, G-51). The account is looked
 * up in the directory for every use, so tokens and checked passwords die with it.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #clock: Clock;
  readonly #gate = new Gate();
  readonly #attempts: Attempts;
  /** By keyed hash of name and password; the key dies with the process. */
  readonly #checked = new LruMap<string, Checked>(checkedLimit);
  readonly #checking = new Map<string, Promise<LoggedIn | undefined>>();
  readonly #key = randomBytes(32).toString('hex');
  #generation = 0;
  /** Counts changes of accounts: a check during which one happened is not remembered. */
  #changes = 0;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#attempts = new Attempts(this.#clock);
    options.directory.onForget((change) => this.#forget(change));
  }

  /** The answer of `identify` when it needs no query and no hash, else undefined. */
  peek(authorization: string | undefined): Identity | undefined {
    if (authorization === undefined) return anonymous;
    const credentials = readAuthorization(authorization);
    if (credentials?.scheme === 'bearer') {
      const token = this.#options.tokens.verify(credentials.value);
      if (token === undefined) return failed;
      const { holder } = token;
      if (holder.kind === 'anonymous') return { who: anonymous.who, how: 'token', token };
      const who = this.#options.directory.knownPrincipal(holder);
      if (who === 'unknown') return undefined;
      return who === undefined ? failed : { who, how: 'token', token };
    }
    if (credentials?.scheme === 'basic') {
      const holder = this.#freshlyChecked(this.#digest(credentials.value));
      const who = holder === undefined ? 'unknown' : this.#options.directory.knownPrincipal(holder);
      if (who === 'unknown') return undefined;
      if (who === undefined || holder === undefined) return failed;
      return identityOf({ who, holder });
    }
    return failed;
  }

  /** Throws only when it cannot be found out: the database does not answer, or too many logins wait (429). */
  async identify(authorization: string | undefined, clientAddress: string): Promise<Identity> {
    const known = this.peek(authorization);
    if (known !== undefined || authorization === undefined) return known ?? anonymous;
    const credentials = readAuthorization(authorization);
    if (credentials === undefined) return failed;
    if (credentials.scheme === 'bearer') return this.#identifyToken(credentials.value);
    const found = await this.#logInOnce(credentials.value, clientAddress);
    return found ? identityOf(found) : failed;
  }

  /**
   * Checks a name (a user's, an e-mail address, or a robot's) and a password. Undefined for every failure alike:
   * unknown, wrong, deleted, disabled, expired, too soon after a failure (G-52).
   */
  async logIn(name: string, password: string, clientAddress: string): Promise<LoggedIn | undefined> {
    const digest = this.#digest(Buffer.from(`${name}:${password}`).toString('base64'));
    return this.#logIn({ name, password, digest, address: clientAddress });
  }

  /** How many checked passwords are remembered. */
  get remembered(): number {
    return this.#checked.size;
  }

  async #identifyToken(value: string): Promise<Identity> {
    const token = this.#options.tokens.verify(value);
    if (token === undefined || token.holder.kind === 'anonymous') return failed;
    const who = await this.#options.directory.principal(token.holder);
    return who ? { who, how: 'token', token } : failed;
  }

  /** Requests that arrive together with the same credentials share one check. */
  async #logInOnce(credentials: string, address: string): Promise<LoggedIn | undefined> {
    const decoded = decodeBasic(credentials);
    if (decoded === undefined) return undefined;
    const digest = this.#digest(credentials);
    const key = `${digest} ${address}`;
    const running = this.#checking.get(key);
    if (running) return running;
    const checking = this.#logIn({ ...decoded, digest, address });
    this.#checking.set(key, checking);
    try {
      return await checking;
    } finally {
      this.#checking.delete(key);
    }
  }

  async #logIn(attempt: Attempt): Promise<LoggedIn | undefined> {
    const changes = this.#changes;
    const credential = await this.#find(attempt.name);
    const found = await this.#check(attempt, credential, changes);
    if (found === undefined) await this.#options.refused?.(attempt, credential !== undefined);
    return found;
  }

  async #check(
    { name, password, digest, address }: Attempt,
    credential: Credential | undefined,
    changes: number,
  ): Promise<LoggedIn | undefined> {
    const known = this.#rememberedCheck(digest);
    if (
      known !== undefined &&
      known.stored === credential?.stored &&
      sameHolder(known.holder, credential.holder)
    ) {
      if (changes === this.#changes) {
        this.#checked.set(digest, { ...known, holder: credential.holder, ...this.#now() });
      }
      return this.#admit(credential.holder);
    }
    const admit = async (stored: string | undefined) => {
      if (credential === undefined || stored === undefined) return undefined;
      const { holder } = credential;
      const now = this.#now();
      if (changes === this.#changes) this.#checked.set(digest, { holder, stored, hashed: now.seen, ...now });
      return this.#admit(holder);
    };
    // Nobody guesses one, so nobody's mistakes hold it up: after a rotation the old one is still tried all around.
    const held = credential?.stored;
    const generated = held !== undefined && isGenerated(held) ? held : undefined;
    if (generated !== undefined && (await verifySecret(password, generated)).ok) return admit(generated);
    const account = credential === undefined ? `name ${foldName(name)}` : keyOf(credential.holder);
    return this.#attempts.run(account, address, async () =>
      admit(await this.#matches(generated === undefined ? credential : undefined, password, address)),
    );
  }

  /** Undefined too when the password was changed while the old one was checked. */
  async #admit(holder: Holder): Promise<LoggedIn | undefined> {
    const who = await this.#options.directory.principal(holder);
    return who === undefined ? undefined : { who, holder };
  }

  #find(name: string): Promise<Credential | undefined> {
    const { database, robotPrefix } = this.#options;
    const prefix = robotPrefix();
    if (name.startsWith(prefix)) return findRobotCredential(database, name.slice(prefix.length));
    return findUserCredential(database, foldName(name));
  }

  /**
   * The stored slow hash that the password matches (a new one after an upgrade). Every refusal costs one, whether
   * the account exists or not and however its secret is stored.
   */
  async #matches(
    credential: Credential | undefined,
    password: string,
    address: string,
  ): Promise<string | undefined> {
    const stored = credential?.stored;
    return this.#gate.run(networkOf(address), async () => {
      const { ok, upgrade } = await verifySecret(password, stored ?? dummyHash);
      if (!ok || credential === undefined || stored === undefined) return undefined;
      return upgrade ? this.#upgrade(credential.holder, stored, password) : stored;
    });
  }

  async #upgrade(holder: Holder, stored: string, password: string): Promise<string> {
    try {
      const better = await hashPassword(password);
      await upgradeCredential(this.#options.database, holder, stored, better);
      return better;
    } catch (error) {
      // The login is right all the same; the next one tries again.
      this.#options.log.warn({ err: error, account: keyOf(holder) }, 'an old password hash was not replaced');
      return stored;
    }
  }

  /** A keyed hash, nested as in HMAC; node's Hmac objects take ten times as long as two one-shot hashes. */
  #digest(credentials: string): string {
    const inner = hash('sha256', `${this.#key}${this.#options.robotPrefix()}\0${credentials}`, 'base64');
    return hash('sha256', `${this.#key}${inner}`, 'base64');
  }

  #freshlyChecked(digest: string): Holder | undefined {
    const known = this.#rememberedCheck(digest);
    if (known === undefined || known.generation !== this.#generation) return undefined;
    return this.#clock.elapsed() - known.seen < fresh ? known.holder : undefined;
  }

  #rememberedCheck(digest: string): Checked | undefined {
    const known = this.#checked.get(digest);
    if (known === undefined || this.#clock.elapsed() - known.hashed < remembered) return known;
    this.#checked.delete(digest);
    return undefined;
  }

  #now(): Pick<Checked, 'seen' | 'generation'> {
    return { seen: this.#clock.elapsed(), generation: this.#generation };
  }

  #forget(change: AccessChange): void {
    if (change.startsWith('project:')) return;
    this.#changes += 1;
    if (change.startsWith('user:') || change.startsWith('robot:')) {
      this.#checked.deleteWhere(({ holder }) => keyOf(holder) === change);
    } else {
      this.#generation += 1;
    }
  }
}

function identityOf({ who, holder }: LoggedIn): Identity {
  return { who, how: 'basic', epoch: holder.epoch };
}

const keyOf = (holder: Holder): string => `${holder.kind}:${holder.id}`;

const sameHolder = (one: Holder, other: Holder): boolean => keyOf(one) === keyOf(other);
