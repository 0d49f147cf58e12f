import { type Static, Type } from 'typebox';
import { DateTime, Maybe } from '#src/http/shapes.ts';

const scheduleTypes = ['Hourly', 'Daily', 'Weekly', 'Custom', 'Manual', 'None', 'Schedule'] as const;

const ScheduleType = Type.Unsafe<(typeof scheduleTypes)[number]>({
  type: 'string',
  enum: [...scheduleTypes],
});

/** What a schedule is set with. Members that only answers have are taken and not read, as by Harbor. */
export const ScheduleBody = Type.Object({
  id: Maybe(Type.Integer()),
  status: Maybe(Type.String()),
  creation_time: Maybe(Type.String()),
  update_time: Maybe(Type.String()),
  schedule: Maybe(
    Type.Object({
      type: Type.Optional(ScheduleType),
      cron: Maybe(Type.String()),
      next_scheduled_time: Maybe(Type.String()),
    }),
  ),
  parameters: Maybe(Type.Record(Type.String(), Type.Unknown())),
});
export type ScheduleBody = Static<typeof ScheduleBody>;

const ScheduleObj = Type.Object({
  type: Type.Optional(Type.String()),
  cron: Type.Optional(Type.String()),
  next_scheduled_time: DateTime(),
});

/** One run, or a schedule: Harbor answers both in this shape. */
export const History = Type.Object({
  id: Type.Optional(Type.Integer()),
  job_name: Type.Optional(Type.String()),
  job_kind: Type.Optional(Type.String()),
  /** JSON in a string. */
  job_parameters: Type.Optional(Type.String()),
  schedule: Type.Optional(ScheduleObj),
  job_status: Type.Optional(Type.String()),
  deleted: Type.Optional(Type.Boolean()),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type History = Static<typeof History>;

/** Ids fit PostgreSQL's bigint and JavaScript's numbers alike. */
export const ExecutionId = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
