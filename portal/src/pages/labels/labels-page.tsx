import { Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { listSearch } from '../../api/list-search.ts';
import { useCurrentUser } from '../../api/use-api.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { LabelList } from './label-list.tsx';

const route = getRouteApi('/shell/harbor/labels');

export function LabelsPage() {
  const { t } = useTranslation('labels');
  const user = useCurrentUser();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <>
      <PageHeading title={t('labels.title')} />
      <Text size="sm" c="dimmed">
        {t('labels.globalHelp')}
      </Text>
      <LabelList
        // No list of permissions names those on the registry's labels: its administrators have them all.
        owner={{ projectId: undefined, may: () => user?.sysadmin_flag ?? false }}
        search={search}
        onSearch={change}
      />
    </>
  );
}
