import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConfigurationsReq } from '../../../../src/features/configuration/configuration.contract.ts';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { type Draft, type Name, problemsIn, type Value } from './settings.ts';

export function useConfiguration() {
  const api = useApi();
  return useQuery({
    queryKey: ['configuration'],
    queryFn: ({ signal }) => api('GET /configurations', { signal }),
  });
}

export type Configuration = NonNullable<ReturnType<typeof useConfiguration>['data']>;

/**
 * What has been changed and not been saved: kept apart from what the server says, so that asking it again, say after
 * signing in anew, takes nothing away.
 */
export function useSettingsForm(configuration: Configuration) {
  const { t } = useTranslation('configuration');
  const api = useApi();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({});
  const save = useMutation({
    // Each control gives values of its setting's type, and the server looks again.
    mutationFn: () => api('PUT /configurations', { body: draft as ConfigurationsReq }),
    onSuccess: async () => {
      notifications.show({ message: t('saved') });
      await client.invalidateQueries({ queryKey: ['configuration'] });
      setDraft({});
      await client.invalidateQueries({ queryKey: ['system-info'] });
    },
  });
  const refusal = save.error instanceof ApiFailure && save.error.status === 400 ? save.error : undefined;
  const problems = refusal && problemsIn(refusal.message);
  const rest = problems?.rest === undefined ? null : new Error(problems.rest);
  return {
    changed: Object.keys(draft).length,
    valueOf: (name: Name): Value => draft[name] ?? configuration[name].value,
    problemOf: (name: Name) => problems?.fields[name],
    error: problems ? rest : save.error,
    pending: save.isPending,
    change(name: Name, value: Value) {
      save.reset();
      setDraft(({ [name]: _, ...others }) =>
        value === configuration[name].value ? others : { ...others, [name]: value },
      );
    },
    discard() {
      save.reset();
      setDraft({});
    },
    save: () => save.mutate(),
  };
}

export type SettingsForm = ReturnType<typeof useSettingsForm>;
