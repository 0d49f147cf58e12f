import { Button, Group, Text, Textarea, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Repository } from '../../../../src/features/repositories/repositories.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { Ago } from '../../components/ago.tsx';
import { ActionButton } from '../../components/action-button.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { useFocusAfter } from '../../components/focus-after.ts';
import { Markdown } from '../../components/markdown.tsx';
import { useProject } from '../../components/project-context.ts';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';
import { useRepository } from '../../components/repository-context.ts';

/** What the repository is for, in its people's words, and its figures. */
export function InfoTab() {
  const { t } = useTranslation('repository');
  const query = useDetails();
  if (query.error && !query.data) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  if (!query.data) return <p role="status">{t('table.loading')}</p>;
  return (
    <div className="info">
      <Description text={query.data.description ?? ''} />
      <Figures repository={query.data} />
    </div>
  );
}

function useDetails() {
  const api = useApi();
  const { id } = useProject();
  const { name, path } = useRepository();
  return useQuery({
    queryKey: ['repository', id, name],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name', {
        params: path,
        query: { with_size: true },
        signal,
      }),
  });
}

function Figures({ repository }: { repository: Repository }) {
  const { t, i18n } = useTranslation('repository');
  const number = new Intl.NumberFormat(i18n.language);
  const { size = 0, artifact_count, pull_count, creation_time, update_time } = repository;
  const figures = [
    [t('artifacts'), number.format(artifact_count)],
    [t('pulls'), number.format(pull_count)],
    [t('created'), <Ago time={creation_time} />],
    [t('changed'), <Ago time={update_time} />],
  ] as const;
  return (
    <section className="card" aria-labelledby="figures">
      <h2 id="figures">{t('figures')}</h2>
      <dl>
        <div>
          <dt>{t('size')}</dt>
          <dd title={t('bytes', { bytes: number.format(size) })}>{readableBytes(size, i18n.language)}</dd>
        </div>
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Text size="xs" c="dimmed" mt="sm">
        {t('sizeHelp')}
      </Text>
    </section>
  );
}

function Description({ text }: { text: string }) {
  const { t } = useTranslation('repository');
  const { can } = useProject();
  const [editing, setEditing] = useState(false);
  return (
    <section className="description" aria-labelledby="description">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="description">
          {t('description')}
        </Title>
        {!editing && (
          <ActionButton
            size="compact-sm"
            variant="default"
            refusal={can('repository:update') ? undefined : t('mayNotDescribe')}
            onClick={() => setEditing(true)}
          >
            {t('edit')}
          </ActionButton>
        )}
      </Group>
      {editing && <Editor text={text} onClose={() => setEditing(false)} />}
      {!editing && (text === '' ? <Text c="dimmed">{t('noDescription')}</Text> : <Markdown text={text} />)}
    </section>
  );
}

function Editor({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation('repository');
  const [draft, setDraft] = useState(text);
  const save = useDescribe(onClose);
  const form = useFocusAfter(save.isPending);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate(draft);
  };
  return (
    <form ref={form} onSubmit={submit}>
      <Textarea
        aria-label={t('description')}
        description={t('markdown')}
        value={draft}
        rows={12}
        maxLength={65_536}
        autoFocus
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      {draft.trim() !== '' && (
        <details className="preview">
          <summary>{t('preview')}</summary>
          <Markdown text={draft} />
        </details>
      )}
      <FormTrouble error={save.error} />
      <Group mt="sm">
        <Button type="submit" loading={save.isPending}>
          {t('save')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('dialog.cancel')}
        </Button>
      </Group>
    </form>
  );
}

function useDescribe(onClose: () => void) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const { name, path } = useRepository();
  return useMutation({
    mutationFn: (description: string) =>
      api('PUT /projects/:project_name/repositories/:repository_name', {
        params: path,
        body: { description },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('described') });
      await client.invalidateQueries({ queryKey: ['repository', id, name] });
      onClose();
    },
  });
}
