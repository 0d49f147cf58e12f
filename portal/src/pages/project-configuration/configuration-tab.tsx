import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useApi } from '../../api/use-api.ts';
import { useFoundProject, useProject } from '../../components/project-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { ConfigurationForm } from './configuration-form.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/configs');

/** What is set for one project. Settings of later features come with them. */
export function ConfigurationTab() {
  const api = useApi();
  const { id } = useProject();
  const { query: project } = useFoundProject(route.useParams().id);
  const summary = useQuery({
    queryKey: ['summary', id],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/summary', {
        params: { project_name_or_id: String(id) },
        signal,
      }),
  });
  if (summary.error) return <Trouble error={summary.error} retry={() => void summary.refetch()} />;
  if (!project.data || !summary.data) return <Skeleton height={240} mt="md" />;
  const { quota } = summary.data;
  const stored = {
    isPublic: project.data.metadata?.public === 'true',
    limit: quota?.hard?.['storage'] ?? -1,
  };
  return <ConfigurationForm stored={stored} used={quota?.used?.['storage'] ?? 0} />;
}
