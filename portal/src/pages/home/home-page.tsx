import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApi, useCurrentUser } from '../../api/use-api.ts';
import { useDisplay } from '../../components/display.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { useOpenPalette } from '../../components/palette-context.ts';
import { type RecentPlace, useRecentPlaces } from '../../components/recent.ts';
import { StarButton } from '../../components/star-button.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { projectPlace, repositoryPlace } from '../../places.ts';
import { attentionTo, type Overview } from './attention.ts';
import { Figures } from './figures.tsx';
import './home.css';

/** Where people begin: what they come back to, and what waits for them. */
export function HomePage() {
  const { t } = useTranslation('home');
  const query = useOverview();
  const recent = useRecentPlaces();
  const overview = query.data;
  return (
    <>
      <PageHeading title={t('title')}>
        <Button
          variant="default"
          renderRoot={(props) => <Link {...props} to="/harbor/projects" search={{ create: true }} />}
        >
          {t('newProject')}
        </Button>
      </PageHeading>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      <div className="home">
        <Attention overview={overview} failed={query.error !== null} />
        <Starred starred={overview?.starred} failed={query.error !== null} />
        <Recent places={recent} />
        <Figures />
      </div>
    </>
  );
}

function useOverview() {
  const api = useApi();
  const user = useCurrentUser();
  return useQuery({
    queryKey: ['overview', user?.user_id],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => api('GET /users/current/overview', { signal }),
  });
}

interface PartProps<T> {
  readonly failed: boolean;
  readonly overview?: T;
}

function Attention({ overview, failed }: PartProps<Overview | undefined>) {
  const { t, i18n } = useTranslation('home');
  const display = useDisplay();
  const items = overview && attentionTo(overview, { t, language: i18n.language, display });
  return (
    <section className="card" aria-labelledby="attention">
      <h2 id="attention">{t('attention.title')}</h2>
      {!items && !failed && <Waiting />}
      {items?.length === 0 && <Text size="sm">{t('attention.nothing')}</Text>}
      {items && items.length > 0 && (
        <ul className="home-list">
          {items.map(({ key, text, place, severe }) => (
            <li key={key}>
              <Text span size="xs" className={severe ? 'mark severe' : 'mark'}>
                {severe ? t('attention.severe') : t('attention.mild')}
              </Text>{' '}
              <Link to={place}>{text}</Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Starred({ starred, failed }: { starred: Overview['starred'] | undefined; failed: boolean }) {
  const { t } = useTranslation('home');
  const openPalette = useOpenPalette();
  const { projects = [], repositories = [] } = starred ?? {};
  return (
    <section className="card" aria-labelledby="starred">
      <h2 id="starred">{t('starred.title')}</h2>
      {!starred && !failed && <Waiting />}
      {starred && projects.length + repositories.length === 0 && (
        <>
          <Text size="sm" mb="sm">
            {t('starred.nothing')}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => openPalette()}>
            {t('starred.find')}
          </Button>
        </>
      )}
      <ul className="home-list">
        {projects.map(({ project_id, project_name }) => (
          <li key={project_name}>
            <StarButton kind="projects" name={project_name} />
            <Link to={projectPlace(project_id)}>{project_name}</Link>
          </li>
        ))}
        {repositories.map(({ project_id, repository_name }) => (
          <li key={repository_name}>
            <StarButton kind="repositories" name={repository_name} />
            <Link to={repositoryPlace(project_id, repository_name)}>{repository_name}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Recent({ places }: { places: readonly RecentPlace[] }) {
  const { t } = useTranslation('home');
  return (
    <section className="card" aria-labelledby="recent">
      <h2 id="recent">{t('recent.title')}</h2>
      {places.length === 0 && <Text size="sm">{t('recent.nothing')}</Text>}
      <ul className="home-list">
        {places.slice(0, 8).map(({ place, label, kind }) => (
          <li key={place}>
            <Link to={place}>{label}</Link>{' '}
            <Text span size="xs" c="dimmed">
              {t(`recent.${kind}`)}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** As high as a few lines. */
function Waiting() {
  return (
    <Group gap="xs" aria-hidden="true">
      <Skeleton height={16} />
      <Skeleton height={16} width="70%" />
      <Skeleton height={16} width="50%" />
    </Group>
  );
}
