import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** The tables of src/jobs. */
export interface JobTables {
  execution: ExecutionTable;
  task: TaskTable;
  task_log: { task_id: number; line: GeneratedAlways<number>; logged_at: Generated<Date>; text: string };
  schedule: ScheduleTable;
  job_pause: { job: string; since: Generated<Date> };
  job_runner: JobRunnerTable;
}

type Attributes = ColumnType<Record<string, unknown>, string | undefined, string>;

/** One run of something, made of tasks. */
interface ExecutionTable {
  id: Generated<number>;
  /** Harbor's kind of job, for instance GARBAGE_COLLECTION. */
  vendor_type: string;
  /** The policy behind it; -1 where there is none. */
  vendor_id: Generated<number>;
  status: Generated<'Running' | 'Success' | 'Error' | 'Stopped'>;
  status_message: Generated<string>;
  trigger: 'MANUAL' | 'SCHEDULE' | 'EVENT';
  extra_attrs: Attributes;
  start_time: Generated<Date>;
  update_time: Generated<Date>;
  end_time: Date | null;
}

interface TaskTable {
  id: Generated<number>;
  execution_id: number;
  job: string;
  lane: Generated<string>;
  payload: ColumnType<unknown, string, string>;
  /** Pending, and Scheduled when its time has not come: both wait for a runner. */
  status: Generated<'Pending' | 'Scheduled' | 'Running' | 'Success' | 'Error' | 'Stopped'>;
  status_message: Generated<string>;
  attempt: Generated<number>;
  attempts: number;
  lost: Generated<number>;
  run_at: ColumnType<Date, Date | string | undefined, Date | string>;
  claim: string | null;
  runner: string | null;
  leased_until: Date | null;
  stop_requested: Generated<boolean>;
  extra_attrs: Attributes;
  creation_time: Generated<Date>;
  start_time: Date | null;
  update_time: Generated<Date>;
  end_time: Date | null;
}

interface ScheduleTable {
  id: Generated<number>;
  vendor_type: string;
  vendor_id: Generated<number>;
  /** Hourly, Daily, Weekly or Custom: a name for people; the cron decides. */
  cron_type: string;
  cron: string;
  payload: Attributes;
  next_time: ColumnType<Date, Date | string, Date | string>;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface JobRunnerTable {
  id: string;
  host: string;
  pid: number;
  slots: number;
  start_time: Generated<Date>;
  heartbeat_time: Generated<Date>;
}
