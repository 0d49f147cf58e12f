import type { Principal, Robot, User } from '#src/access/principal.ts';
import { type AccessChange, accessChannel } from '#src/context.ts';
import { type Listening, listen } from '#src/database/listen.ts';
import type { Database } from '#src/database/pool.ts';
import type { Logger } from '#src/log.ts';
import { type Clock, systemClock } from './clock.ts';
import { findProject, findProjectName, findRobot, findUser, type Project } from './directory.store.ts';
import { LruMap } from './lru.ts';
import { Shelf } from './shelf.ts';

export type { Project } from './directory.store.ts';

/**
 * The account behind a token, a session or a checked password. `epoch` counts its passwords or secrets: what was
 * given out for an earlier one is nobody's (G-48, S-106).
 */
export interface Holder {
  readonly kind: 'user' | 'robot';
  readonly id: number;
  readonly epoch: number;
}

export interface DirectoryOptions {
  /** Setting robot_name_prefix. */
  readonly robotPrefix: () => string;
  readonly log: Logger;
  readonly clock?: Clock;
}

interface KeptUser {
  readonly user: User;
  readonly epoch: number;
}

interface KeptRobot {
  readonly robot: Robot;
  readonly epoch: number;
  /** With which its name was made. */
  readonly prefix: string;
  /** On the clock that never goes back. */
  readonly expires: number;
}

/** Belt to the notifications' braces: nothing is believed for longer (ms). */
const keep = 60_000;
/** Names of nothing come from clients, so little is spent on them (ms). */
const keepAbsent = 2_000;
const projectLimit = 5_000;
/** Roles, grants and a ground weight for each account: about 100 bytes each, 10 MB for users and for robots. */
const principalLimit = 100_000;
const principalWeight = 10;

/**
 * Who exists with which rights, and which projects there are, so that a warm request of the data plane needs no
 * query. Changes arrive through `forget` (this process) and the access channel (the others); while the channel's
 * connection is down every look-up asks the database.
 */
export class Directory {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #robotPrefix: () => string;
  readonly #users: Shelf<number, KeptUser>;
  readonly #robots: Shelf<number, KeptRobot>;
  readonly #projects: Shelf<string, Project>;
  /** Names of projects never change and ids are never used twice, so this cannot become wrong. */
  readonly #projectNames = new LruMap<number, string>(projectLimit);
  readonly #watchers: ((change: AccessChange) => void)[] = [];
  #listening: Listening | undefined;
  #trusted = false;

  constructor(database: Database, options: DirectoryOptions) {
    const clock = options.clock ?? systemClock;
    this.#database = database;
    this.#log = options.log;
    this.#clock = clock;
    this.#robotPrefix = options.robotPrefix;
    const times = { keep, keepAbsent, clock };
    this.#users = new Shelf({
      ...times,
      limit: principalLimit,
      weigh: ({ user }) => principalWeight + user.roles.size,
      load: async (id) => findUser(database, id),
    });
    this.#robots = new Shelf({
      ...times,
      limit: principalLimit,
      weigh: ({ robot }) => principalWeight + robot.grants.length,
      load: async (id) => {
        const asked = clock.elapsed();
        const prefix = options.robotPrefix();
        const found = await findRobot(database, id, prefix);
        if (found === undefined) return undefined;
        return { robot: found.robot, epoch: found.epoch, prefix, expires: asked + found.lifetime };
      },
    });
    this.#projects = new Shelf({
      ...times,
      limit: projectLimit,
      load: async (name) => findProject(database, name),
    });
  }

  /** True while changes made by other processes reach this one; else nothing kept may be believed. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /** Returns when changes are heard for the first time, or when that failed (it is tried again for ever). */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#listening = listen(this.#database, accessChannel, {
      heard: (change) => this.forget(change as AccessChange),
      up: () => {
        this.#trust(true);
        resolve();
      },
      down: (reason) => {
        this.#log.warn(
          { err: reason },
          'changes of access are not heard; every request asks the database meanwhile',
        );
        this.#trust(false);
        resolve();
      },
    });
    await promise;
  }

  async close(): Promise<void> {
    // From here on nothing that is kept counts, but nobody is to read it anew from a database that is closing.
    this.#watchers.length = 0;
    this.#trust(false);
    await this.#listening?.close();
  }

  /** Undefined when there is no such project. */
  async project(name: string): Promise<Project | undefined> {
    const project = await this.#projects.get(name);
    if (project !== undefined) this.#projectNames.set(project.id, name);
    return project;
  }

  async projectById(id: number): Promise<Project | undefined> {
    const name = this.#projectNames.get(id) ?? (await findProjectName(this.#database, id));
    if (name === undefined) return undefined;
    const project = await this.project(name);
    return project?.id === id ? project : undefined;
  }

  /** Undefined when there is no such user, or it was deleted. */
  async user(id: number): Promise<User | undefined> {
    return (await this.#users.get(id))?.user;
  }

  /** Undefined when there is no such robot, or it is disabled or expired. */
  async robot(id: number): Promise<Robot | undefined> {
    return this.#alive(await this.#keptRobot(id));
  }

  async principal({ kind, id, epoch }: Holder): Promise<Principal | undefined> {
    const shelf = kind === 'robot' ? this.#robots : this.#users;
    const known = shelf.peek(id);
    // The password was changed elsewhere a moment ago, and the news are still on their way.
    if (typeof known === 'object' && known.epoch < epoch) shelf.forget(id);
    const kept = await (kind === 'robot' ? this.#keptRobot(id) : this.#users.get(id));
    if (kept?.epoch !== epoch) return undefined;
    return 'user' in kept ? kept.user : this.#alive(kept);
  }

  /** What is known without asking the database; 'unknown' means: ask with `project`. */
  knownProject(name: string): Project | undefined | 'unknown' {
    return this.#projects.peek(name);
  }

  knownUser(id: number): User | undefined | 'unknown' {
    const kept = this.#users.peek(id);
    return kept === 'unknown' ? kept : kept?.user;
  }

  knownRobot(id: number): Robot | undefined | 'unknown' {
    const kept = this.#robots.peek(id);
    return kept === 'unknown' || this.#isRenamed(kept) ? 'unknown' : this.#alive(kept);
  }

  knownPrincipal({ kind, id, epoch }: Holder): Principal | undefined | 'unknown' {
    const kept = kind === 'robot' ? this.#robots.peek(id) : this.#users.peek(id);
    if (kept === 'unknown' || kept === undefined) return kept;
    if (kept.epoch < epoch) return 'unknown';
    if (kept.epoch > epoch) return undefined;
    return kind === 'robot' ? this.knownRobot(id) : this.knownUser(id);
  }

  /** Called after a commit; what other processes announce comes here too. */
  forget(change: AccessChange): void {
    const colon = change.indexOf(':');
    const kind = change.slice(0, colon);
    const name = change.slice(colon + 1);
    if (kind === 'user') this.#users.forget(Number(name));
    else if (kind === 'robot') this.#robots.forget(Number(name));
    else if (kind === 'project') {
      this.#projects.forget(name);
      // A project that went took its robots along, and this one may not know any more which they were.
      this.#robots.forgetAll();
    } else if (kind !== 'repository') {
      // 'everything', or what a newer version says.
      this.#users.forgetAll();
      this.#robots.forgetAll();
      this.#projects.forgetAll();
    }
    for (const watcher of this.#watchers) watcher(change);
  }

  /** Tells of every change that `forget` was told. */
  onForget(watcher: (change: AccessChange) => void): void {
    this.#watchers.push(watcher);
  }

  #trust(trusted: boolean): void {
    this.#trusted = trusted;
    this.#users.trust(trusted);
    this.#robots.trust(trusted);
    this.#projects.trust(trusted);
    this.forget('everything');
  }

  #keptRobot(id: number): Promise<KeptRobot | undefined> {
    // The setting changes a moment after `forget` was told so: what was loaded in between has the old name.
    if (this.#isRenamed(this.#robots.peek(id))) this.#robots.forget(id);
    return this.#robots.get(id);
  }

  #isRenamed(kept: KeptRobot | undefined | 'unknown'): boolean {
    return typeof kept === 'object' && kept.prefix !== this.#robotPrefix();
  }

  #alive(kept: KeptRobot | undefined): Robot | undefined {
    return kept !== undefined && kept.expires > this.#clock.elapsed() ? kept.robot : undefined;
  }
}
