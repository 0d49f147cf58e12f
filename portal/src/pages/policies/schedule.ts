/** Harbor's crons have six fields, the first of them second 0; their times are UTC. */
export const schedules = {
  none: '',
  hourly: '0 0 * * * *',
  daily: '0 0 0 * * *',
  weekly: '0 0 0 * * 0',
} as const;

export type ScheduleKind = keyof typeof schedules | 'custom';

export const scheduleKinds: readonly ScheduleKind[] = ['none', 'hourly', 'daily', 'weekly', 'custom'];

export function kindOf(cron: string): ScheduleKind {
  const fields = cron.trim().replaceAll(/\s+/g, ' ');
  return scheduleKinds.find((kind) => kind !== 'custom' && schedules[kind] === fields) ?? 'custom';
}

/** The same moment for the server and for the reader, once where that is the same: schedules are UTC, days are not. */
export function bothZones(time: Date, language: string): string[] {
  const format = (timeZone?: string) =>
    new Intl.DateTimeFormat(language, {
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
