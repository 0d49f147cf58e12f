import { Group, Skeleton, Switch, Text, Textarea, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CVEAllowlist } from '../../../../src/features/projects/projects.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';

const allowlist = ['cve-allowlist'];

/** The findings that stop no pull, for the whole registry. */
export function SecurityTab() {
  const { t } = useTranslation('configuration');
  const api = useApi();
  const query = useQuery({
    queryKey: allowlist,
    queryFn: ({ signal }) => api('GET /system/CVEAllowlist', { signal }),
  });
  if (query.error && !query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={240} mt="md" />;
  return (
    <>
      <Title order={2} size="h4" mt="lg">
        {t('security.allowlist')}
      </Title>
      <Text size="sm" mb="sm">
        {t('security.about')}
      </Text>
      <AllowlistForm list={query.data} />
    </>
  );
}

const textOf = ({ items }: CVEAllowlist) => (items ?? []).flatMap(({ cve_id }) => cve_id ?? []).join('\n');
/** The end of a day is its beginning in the next; the list holds seconds. */
const dayOf = ({ expires_at }: CVEAllowlist) =>
  expires_at === undefined ? '' : new Date(expires_at * 1000).toISOString().slice(0, 10);

function AllowlistForm({ list }: { list: CVEAllowlist }) {
  const { t } = useTranslation('configuration');
  const [typed, setTyped] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const text = typed ?? textOf(list);
  const day = chosen ?? dayOf(list);
  const save = useSave(() => {
    setTyped(undefined);
    setChosen(undefined);
  });
  return (
    <div className="setting">
      <Textarea
        label={t('security.ids')}
        description={t('security.idsHelp')}
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        value={text}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Group align="end" my="sm">
        <Switch
          label={t('security.never')}
          checked={day === ''}
          onChange={(event) =>
            setChosen(event.currentTarget.checked ? '' : new Date().toISOString().slice(0, 10))
          }
        />
        {day !== '' && (
          <TextInput
            type="date"
            label={t('security.until')}
            value={day}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
      </Group>
      <FormTrouble error={save.error} />
      <ActionButton
        loading={save.isPending}
        refusal={typed === undefined && chosen === undefined ? t('unchanged') : undefined}
        onClick={() => save.mutate({ text, day })}
      >
        {t('save')}
      </ActionButton>
    </div>
  );
}

function useSave(onSaved: () => void) {
  const { t } = useTranslation('configuration');
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ text, day }: { text: string; day: string }) => {
      const ids = new Set(text.split(/[\s,]+/).filter(Boolean));
      const expires_at = day === '' ? null : Math.floor(Date.parse(`${day}T23:59:59Z`) / 1000);
      return api('PUT /system/CVEAllowlist', {
        body: { items: [...ids].map((cve_id) => ({ cve_id })), expires_at },
      });
    },
    onSuccess: async () => {
      notifications.show({ message: t('saved') });
      await client.invalidateQueries({ queryKey: allowlist });
      onSaved();
    },
  });
}
