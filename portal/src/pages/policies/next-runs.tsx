import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { bothZones } from './schedule.ts';

/** The next times of a cron by the server's own clock and rules, or what it says is wrong with it. */
export function NextRuns({ cron }: { cron: string }) {
  const { t, i18n } = useTranslation('policies');
  const api = useApi();
  const [wanted] = useDebouncedValue(cron.trim(), 300);
  const query = useQuery({
    queryKey: ['schedule-preview', wanted],
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /schedules/preview', { query: { cron: wanted }, signal }),
  });
  if (query.error) {
    return (
      <Text size="sm" role="status" className="server-words goes">
        {query.error.message}
      </Text>
    );
  }
  if (!query.data || cron.trim() === '') return null;
  return (
    <div role="status">
      <Text size="sm">{t('schedule.nextRuns')}</Text>
      <ul className="next-runs">
        {query.data.next.slice(0, 3).map((time) => (
          <li key={time}>{bothZones(new Date(time), i18n.language).join(' = ')}</li>
        ))}
      </ul>
    </div>
  );
}
