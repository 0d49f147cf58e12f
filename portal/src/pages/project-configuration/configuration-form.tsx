import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useCurrentUser } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { useFocusAfter } from '../../components/focus-after.ts';
import { useProject } from '../../components/project-context.ts';
import { QuotaBar } from '../../components/quota-bar.tsx';
import { SizeField } from '../../components/size-field.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { type Edited, type Stored, useEdited } from './use-edited.ts';

interface ConfigurationFormProps {
  readonly stored: Stored;
  /** Bytes. */
  readonly used: number;
}

export function ConfigurationForm({ stored, used }: ConfigurationFormProps) {
  const { t } = useTranslation('project-configuration');
  const mayChange = useProject().can('project:update');
  const edited = useEdited(stored);
  const { dirty, pending } = edited;
  const form = useFocusAfter(pending);
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (mayChange) edited.save();
      }}
    >
      <Stack mt="md" maw="40rem">
        <AccessField edited={edited} mayChange={mayChange} />
        <QuotaSection edited={edited} used={used} limit={stored.limit} />
        <FormTrouble error={edited.error} />
        <Group>
          <ActionButton
            refusal={mayChange ? (dirty ? undefined : t('nothingChanged')) : t('mayNotChange')}
            loading={pending}
            onClick={edited.save}
          >
            {t('save')}
          </ActionButton>
          {dirty && (
            <Button variant="default" onClick={edited.discard}>
              {t('discard')}
            </Button>
          )}
        </Group>
      </Stack>
      <LeaveGuard active={dirty && !pending} />
    </form>
  );
}

function AccessField({ edited, mayChange }: { edited: Edited; mayChange: boolean }) {
  const { t } = useTranslation('project-configuration');
  const { isPublic } = edited.values;
  return (
    <Radio.Group
      label={t('projects.access')}
      value={isPublic ? 'public' : 'private'}
      onChange={(value) => edited.edit({ isPublic: value === 'public' })}
    >
      <Radio
        value="private"
        label={t('projects.private')}
        description={t('createProject.private')}
        disabled={!mayChange && isPublic}
        my="xs"
      />
      <Radio
        value="public"
        label={t('projects.public')}
        description={t('createProject.public')}
        disabled={!mayChange && !isPublic}
      />
    </Radio.Group>
  );
}

function QuotaSection({ edited, used, limit }: { edited: Edited; used: number; limit: number }) {
  const { t } = useTranslation('project-configuration');
  const mayLimit = useCurrentUser()?.sysadmin_flag ?? false;
  return (
    <section aria-labelledby="project-quota">
      <Text component="h2" id="project-quota" fw={600} size="sm" m={0} mb={4}>
        {t('createProject.quota')}
      </Text>
      <QuotaBar label={t('createProject.quota')} used={used} hard={limit} />
      {mayLimit ? (
        <Stack gap="xs" mt="sm">
          <SizeField
            label={t('limit')}
            value={edited.values.quota}
            error={edited.quotaError}
            onChange={(quota) => edited.edit({ quota })}
          />
        </Stack>
      ) : (
        <Text size="sm" c="dimmed" mt="xs">
          {t('quotaByAdministrators')}
        </Text>
      )}
    </section>
  );
}
