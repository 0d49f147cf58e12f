import { nameOf } from '#src/access/authorize.ts';
import type { Principal } from '#src/access/principal.ts';
import type { LiveSettings } from '#src/config/live.ts';
import { type Database, statement } from '#src/database/pool.ts';
import { isRecorded } from '#src/features/audit/index.ts';
import type { Logger } from '#src/log.ts';
import type { FoundManifest } from './content.ts';

interface Pull {
  readonly who: Principal;
  readonly project: number;
  readonly repository: string;
  readonly reference: string;
  readonly found: FoundManifest;
  readonly clientAddress: string;
}

interface Counted {
  readonly username: string;
  readonly project: number;
  readonly repository: string;
  readonly repositoryId: number;
  readonly reference: string;
  readonly artifactId: number;
  readonly digest: string;
  readonly clientAddress: string;
  count: number;
}

/**
 * One statement per flush, whatever the number of pulls. Rows that went away meanwhile are simply not there. The
 * last three parameters are what administrators want of it: counts, times, audit entries. Who listens is told of each
 * row once.
 */
const flush = statement<never>(
  'flush-pulls',
  `with p as (
     select * from unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[],
                          $8::int[], $9::text[])
       as p(username, project_id, repository, repository_id, reference, artifact_id, digest, count, address)
   ), counted as (
     update repository r set pull_count = r.pull_count + s.count
       from (select repository_id, sum(count) as count from p group by repository_id) s
      where r.repository_id = s.repository_id and $10
   ), seen as (
     update artifact a set pull_time = now() from (select distinct artifact_id from p) s
      where a.id = s.artifact_id and $11
   ), tags as (
     update tag t set pull_time = now()
       from (select distinct repository_id, reference from p) s
      where t.repository_id = s.repository_id and t.name = s.reference and $11
   ), told as (
     insert into event (listener, listener_ids, project_id, event_type, operator, request_id, data)
       select s.listener, s.ids, p.project_id, 'PULL_ARTIFACT', p.username, '', jsonb_build_object(
                'repository', p.repository,
                'resources', jsonb_build_array(jsonb_build_object('digest', p.digest, 'tag', p.reference)))
         from p join lateral (
           select e.listener, array_agg(e.listener_id order by e.listener_id) as ids from event_subscription e
            where e.project_id = p.project_id and e.event_type = 'PULL_ARTIFACT' group by e.listener) s on true
   )
   insert into audit_log (username, operation, resource_type, resource, project_id, client_address, detail)
     select username, 'pull', 'artifact', repository || case when reference = digest then '@' else ':' end || reference, project_id,
            address, jsonb_build_object('digest', digest, 'count', count) from p where $12`,
);

/**
 * Counts pulls in memory and writes them in batches: at most a second late, one row per person, address and artifact.
 * Bounded: when more different pulls than fit arrive within one interval, they are written at once.
 */
export class PullRecorder {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #live: LiveSettings;
  #pulls = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(database: Database, log: Logger, live: LiveSettings) {
    this.#database = database;
    this.#log = log;
    this.#live = live;
  }

  note({ who, project, repository, reference, found, clientAddress }: Pull): void {
    const username = nameOf(who);
    const key = `${username} ${clientAddress} ${found.artifactId} ${reference}`;
    const known = this.#pulls.get(key);
    if (known) {
      known.count += 1;
      return;
    }
    const { repositoryId, artifactId, digest } = found;
    this.#pulls.set(key, {
      username,
      project,
      repository,
      repositoryId,
      reference,
      artifactId,
      digest,
      clientAddress,
      count: 1,
    });
    if (this.#pulls.size >= 5_000) void this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), 1_000);
  }

  /** Writes what was counted so far; waits for a write under way. Never throws: counting must not fail a pull. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pulls = [...this.#pulls.values()];
    this.#pulls = new Map();
    if (pulls.length > 0) {
      this.#writing = this.#writing.then(() => this.#write(pulls));
    }
    return this.#writing;
  }

  async #write(pulls: Counted[]): Promise<void> {
    // In id order, so that two replicas that flush at once do not wait for each other in a circle.
    pulls.sort((a, b) => a.repositoryId - b.repositoryId || a.artifactId - b.artifactId);
    const column = <K extends keyof Counted>(key: K) => pulls.map((pull) => pull[key]);
    try {
      await this.#database.query(flush, [
        column('username'),
        column('project'),
        column('repository'),
        column('repositoryId'),
        column('reference'),
        column('artifactId'),
        column('digest'),
        column('count'),
        column('clientAddress'),
        !this.#live.get('pull_count_update_disable'),
        !this.#live.get('pull_time_update_disable'),
        isRecorded(this.#live, { operation: 'pull', resource_type: 'artifact' }),
      ]);
    } catch (error) {
      this.#log.warn({ err: error, pulls: pulls.length }, 'pulls could not be counted');
    }
  }
}
