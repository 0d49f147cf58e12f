import { Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { listSearch } from '../../api/list-search.ts';
import { useCurrentUser } from '../../api/use-api.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { RobotList } from './robot-list.tsx';

const route = getRouteApi('/shell/harbor/robot-accounts');

export function RobotsPage() {
  const { t } = useTranslation('robots');
  const user = useCurrentUser();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <>
      <PageHeading title={t('robots.title')} />
      <Text size="sm" c="dimmed">
        {t('robots.systemHelp')}
      </Text>
      <RobotList
        // No list of permissions names those on the registry's robots: its administrators have them all.
        level={{ project: undefined, may: () => user?.sysadmin_flag ?? false }}
        search={search}
        onSearch={change}
      />
    </>
  );
}
