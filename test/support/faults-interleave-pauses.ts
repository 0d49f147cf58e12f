import type pg from 'pg';

/**
 * Functions of the schema that a scheduler can stop inside: rewritten from what the database itself says they are, each
 * waits before every statement for the leave to go on. Nothing else of them changes.
 */

/**
 * A step tells its name in a notice, which reaches the client at once, and waits for a lock that the scheduler holds.
 * Sequences count steps, since nothing brings them back when a transaction is rolled back.
 */
const pauseFunction = `
create function faults_pause(p_step text) returns boolean language plpgsql as $$
declare
  v_actor int := substring(current_setting('application_name') from '^actor ([0-9]+)$')::int;
  v_step bigint;
begin
  if v_actor is null then return true; end if;
  v_step := nextval('faults_step_' || v_actor);
  raise notice 'faults % %', v_step, p_step;
  perform pg_advisory_lock_shared(v_actor, v_step::int);
  perform pg_advisory_unlock_shared(v_actor, v_step::int);
  return true;
end $$`;

/** Where pushes, deletions and collection take locks, look and write. */
const paused = [
  'link_blob',
  'finish_upload',
  'mount_blob',
  'unlink_blob',
  'put_manifest',
  'charge_quota',
  'release_blobs',
  'link_blobs',
  'collect_due',
  'find_abandoned_links',
  'renew_leases',
  'note_lost_reference',
];

export async function preparePauses(client: pg.Client, actors: number): Promise<Definitions> {
  await client.query(pauseFunction);
  for (let actor = 1; actor <= actors; actor++) await client.query(`create sequence faults_step_${actor}`);
  const { rows } = await client.query<{ name: string; definition: string }>(
    'select proname as name, pg_get_functiondef(oid) as definition from pg_proc where proname = any($1)',
    [paused],
  );
  const found = new Map(rows.map(({ name, definition }) => [name, definition]));
  if (rows.length !== paused.length || found.size !== paused.length)
    throw new Error(`of the functions that pause there are only ${[...found.keys()].join(', ')}`);
  return found;
}

/** As the schema has them. */
export type Definitions = ReadonlyMap<string, string>;

/** Whether a step is one. */
export type Counts = (step: string) => boolean;

/** Only steps that count pause from now on. */
export async function installPauses(
  client: pg.Client,
  functions: Definitions,
  counts: Counts,
): Promise<void> {
  const script = [...functions].map(([name, definition]) => withPauses(name, definition, counts));
  await client.query(script.join(';\n'));
}

/** What a statement begins with that looks at nothing and changes nothing, or that must follow the one before. */
const unpaused =
  /^(end|else|elsif|return next|continue|raise|get diagnostics|\w+ :=|perform faults|if \w+ (is|<>|=) )/i;

function withPauses(name: string, definition: string, counts: Counts): string {
  const [, head = '', body = '', tail = ''] =
    /^([^]*?AS \$function\$)([^]*)(\$function\$\s*)$/.exec(definition) ?? [];
  const bare = body.replaceAll(/--[^\n]*/g, '');
  const begin = /\bbegin\b/i.exec(bare);
  if (!begin) throw new Error(`${name} has no body to pause in`);
  const declared = bare.slice(0, begin.index);
  const statements = bare.slice(begin.index + 'begin'.length).split(';');
  const rewritten = statements.map((statement, index) => {
    const text = statement.trim();
    // The first one begins when the call does.
    if (index === 0 || text === '' || unpaused.test(text)) return statement;
    const label = `${name}: ${text.replaceAll(/\s+/g, ' ').replaceAll("'", '').slice(0, 48)}`;
    return counts(label) ? `\n v_faults := faults_pause('${label}');${statement}` : statement;
  });
  const section = /\bdeclare\b/i.test(declared) ? declared : `\ndeclare ${declared}`;
  return `${head}${section}\n v_faults boolean;\nbegin${rewritten.join(';')}${tail}`;
}
