/** A password that only this program ever types, 256 bits: key stretching would only slow connections down. */
export const scramIterations = '1';

/** Where it listens: reachable only through the private socket folder; nothing is on the network. */
function access(place: ServerPlace): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_directories: place.socketFolder,
    unix_socket_permissions: '0700',
    hba_file: place.hbaFile,
    password_encryption: 'scram-sha-256',
    scram_iterations: scramIterations,
  };
}

const durabilityAndMemory: Record<string, string> = {
  // What the registry acknowledges must survive a power cut: never change these three.
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',

  // The registry's pools use at most about 40; the rest is for command line tools and backups.
  max_connections: '60',
  // Pages are touched, not reserved: idle this costs nothing, at most 64 MB when the working set needs it.
  shared_buffers: '64MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '1GB',
  // Local disk or SSD: an index probe costs about what a sequential page costs.
  random_page_cost: '1.1',
  huge_pages: 'off',
  // Compiling a query takes longer than any query of ours runs, and LLVM alone takes 100 MB.
  jit: 'off',
  // PostgreSQL 18 starts three I/O workers otherwise; our reads are single pages from the cache.
  io_method: 'sync',
  // Two cores serve many small statements; one statement never takes both.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_worker_processes: '2',
  max_logical_replication_workers: '0',
};

const upkeepAndLog: Record<string, string> = {
  // Enough for pg_basebackup over the socket; segments are reused, so the disk use stays under about 600 MB.
  wal_level: 'replica',
  max_wal_senders: '2',
  max_wal_size: '512MB',
  min_wal_size: '80MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',

  autovacuum: 'on',
  autovacuum_max_workers: '2',
  autovacuum_worker_slots: '2',
  autovacuum_naptime: '30s',
  // Queue-like tables (uploads, jobs) change wholly within minutes: 20 % of a big table is too late.
  autovacuum_vacuum_scale_factor: '0.05',
  autovacuum_analyze_scale_factor: '0.05',

  // A client that is gone (killed worker) frees its backend within this time even in a long statement.
  client_connection_check_interval: '10s',
  update_process_title: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',

  // Lines go to our own log. No statement text, no values, no detail: they may hold what is secret.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_checkpoints: 'off',
};

export interface ServerPlace {
  readonly socketFolder: string;
  readonly hbaFile: string;
}

/**
 * postgresql.conf of the embedded PostgreSQL, written at every start. Sized for two cores and a process that
 * shares 200 MiB with the registry at idle; an administrator's `ALTER SYSTEM` still wins over it.
 */
export function serverSettings(place: ServerPlace): Record<string, string> {
  return { ...access(place), ...durabilityAndMemory, ...upkeepAndLog };
}

export function formatSettings(settings: Record<string, string>): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  return [
    '# Written by Moorage at every start; changes are lost. ALTER SYSTEM keeps one.',
    ...lines,
    '',
  ].join('\n');
}

/** Who may connect how: everybody needs the password, and only through the socket. */
export const accessRules = [
  '# Written by Moorage at every start; changes are lost.',
  'local all all scram-sha-256',
  'local replication all scram-sha-256',
  '',
].join('\n');
