import { regional } from '../i18n/regional.ts';

/** Harbor's crons have six fields, the first of them the second, which is 0; their times are UTC. */
export const crons = {
  None: '',
  Hourly: '0 0 * * * *',
  Daily: '0 0 0 * * *',
  Weekly: '0 0 0 * * 0',
} as const;

export const scheduleTypes = ['None', 'Hourly', 'Daily', 'Weekly', 'Custom'] as const;
export type ScheduleType = (typeof scheduleTypes)[number];

export interface ScheduleValue {
  readonly type: ScheduleType;
  readonly cron: string;
}

export const noSchedule: ScheduleValue = { type: 'None', cron: '' };

/** What the server stores has a type too, but that is a name for people: the cron decides. */
export function readSchedule(cron = ''): ScheduleValue {
  const fields = cron.trim().replaceAll(/\s+/g, ' ');
  return {
    type: scheduleTypes.find((type) => type !== 'Custom' && crons[type] === fields) ?? 'Custom',
    cron,
  };
}

/** The same moment for the server and for the reader, once where that is the same: schedules are UTC, days are not. */
export function bothZones(time: Date, language: string): string[] {
  const format = (timeZone?: string) =>
    new Intl.DateTimeFormat(regional(language), {
      weekday: 'short',
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
      ...(timeZone === undefined ? {} : { timeZone }),
    }).format(time);
  return [...new Set([format('UTC'), format()])];
}
