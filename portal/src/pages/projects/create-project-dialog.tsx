import { Group, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi, useCurrentUser } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';

const units = ['MiB', 'GiB', 'TiB'] as const;
const powers = { MiB: 2, GiB: 3, TiB: 4 } as const;

interface Values {
  readonly name: string;
  readonly access: 'private' | 'public';
  readonly quota: string;
  readonly unit: (typeof units)[number];
}

export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const user = useCurrentUser();
  const form = useForm<Values>({
    initialValues: { name: '', access: 'private', quota: '', unit: 'GiB' },
    validate: {
      name: (name) => (name.trim() === '' ? t('createProject.nameMissing') : null),
      quota: (quota) => (bytesOf(quota, 'MiB') === null ? t('createProject.quotaWrong') : null),
    },
  });
  const create = useCreateProject(onClose);
  const refusal = create.error instanceof ApiFailure ? create.error : undefined;
  const onName = refusal !== undefined && [400, 409].includes(refusal.status);
  const { onChange, ...name } = form.getInputProps('name');
  return (
    <FormDialog
      title={t('projects.new')}
      action={t('createProject.action')}
      pending={create.isPending}
      error={onName ? null : create.error}
      onClose={onClose}
      onSubmit={() => form.onSubmit((values) => create.mutate(values))()}
    >
      <TextInput
        label={t('projects.name')}
        description={t('createProject.nameRule')}
        required
        data-autofocus
        autoComplete="off"
        {...name}
        onChange={(event) => {
          create.reset();
          onChange(event);
        }}
        error={onName ? refusal.message : name.error}
      />
      <Radio.Group label={t('projects.access')} {...form.getInputProps('access')}>
        <Radio
          value="private"
          label={t('projects.private')}
          description={t('createProject.private')}
          my="xs"
        />
        <Radio value="public" label={t('projects.public')} description={t('createProject.public')} />
      </Radio.Group>
      {user?.sysadmin_flag && (
        <Group align="end" grow>
          <TextInput
            label={t('createProject.quota')}
            description={t('createProject.quotaRule')}
            inputMode="decimal"
            {...form.getInputProps('quota')}
          />
          <NativeSelect label={t('createProject.unit')} data={units} {...form.getInputProps('unit')} />
        </Group>
      )}
    </FormDialog>
  );
}

function useCreateProject(onClose: () => void) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ name, access, quota, unit }: Values) => {
      const limit = bytesOf(quota, unit) ?? undefined;
      const storage = limit === undefined ? {} : { storage_limit: limit };
      return api('POST /projects', {
        body: { project_name: name.trim(), metadata: { public: String(access === 'public') }, ...storage },
      });
    },
    onSuccess: async (_, { name }) => {
      notifications.show({ message: t('createProject.done', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['projects'] });
      await navigate({ to: '/harbor/projects', search: { sort: '-creation_time' } });
    },
  });
}

/** undefined: nothing given, the default holds. null: not a size. */
function bytesOf(quota: string, unit: (typeof units)[number]): number | null | undefined {
  const text = quota.trim().replace(',', '.');
  if (text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? Math.round(value * 1024 ** powers[unit]) : null;
}
