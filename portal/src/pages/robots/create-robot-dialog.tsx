import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi, useSystemInfo } from '../../api/use-api.ts';
import { DialogForm } from '../../components/dialog.tsx';
import { grantsOf, permissionsOf, type Scope } from './grants.ts';
import { type Level, usePrefix, useRefreshList } from './level.ts';
import { type Draft, durationOf, isComplete, RobotFields } from './robot-form.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { endOf } from './state.ts';

export function CreateRobotDialog({ level, onClose }: { level: Level; onClose: () => void }) {
  const { t } = useTranslation('robots');
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(useFirstDraft(level));
  const prefix = usePrefix(level);
  const create = useCreateRobot(level);
  const refusal = create.error instanceof ApiFailure ? create.error : undefined;
  // The message names the name it is about; anything else the server has against a robot stands above the buttons.
  const onName = refusal?.status === 409 || refusal?.message.startsWith('robot name') === true;
  const made = create.data;
  const secret = made && { name: made.name ?? '', secret: made.secret ?? '', expires: endOf(made) };
  return (
    <SecretDialog title={t('robots.new')} secret={secret} onClose={onClose}>
      <DialogForm
        action={t('robots.create')}
        pending={create.isPending}
        disabled={name.trim() === '' || !isComplete(draft)}
        error={onName ? null : create.error}
        onClose={onClose}
        onSubmit={() => create.mutate({ name: name.trim(), draft })}
      >
        <TextInput
          label={t('projects.name')}
          description={
            <>
              {t('createProject.nameRule')}{' '}
              <span className="server-words">{t('form.fullName', { name: prefix + name.trim() })}</span>
            </>
          }
          required
          data-autofocus
          autoComplete="off"
          autoCapitalize="none"
          value={name}
          error={onName ? refusal?.message : undefined}
          onChange={(event) => {
            create.reset();
            setName(event.currentTarget.value);
          }}
        />
        <RobotFields level={level} draft={draft} onChange={setDraft} />
      </DialogForm>
    </SecretDialog>
  );
}

/** What most people make: a project's robot pushes and pulls, for as long as the registry has settled on. */
function useFirstDraft({ project }: Level): Draft {
  const { robot_token_duration: usual = 30 } = useSystemInfo();
  const scope: Scope = project
    ? { kind: 'project', namespace: project.name, granted: grantsOf('push', []), denied: [] }
    : { kind: 'system', namespace: '/', granted: grantsOf('none', []), denied: [] };
  const days = usual > 0 ? usual : 30;
  return { description: '', expires: usual > 0 ? 'days' : 'never', days: String(days), scopes: [scope] };
}

function useCreateRobot(level: Level) {
  const api = useApi();
  const refreshList = useRefreshList(level);
  return useMutation({
    // The secret is not kept when the dialog is gone.
    gcTime: 0,
    mutationFn: ({ name, draft }: { name: string; draft: Draft }) =>
      api('POST /robots', {
        body: {
          name,
          description: draft.description,
          level: level.project ? 'project' : 'system',
          duration: durationOf(draft),
          permissions: permissionsOf(draft.scopes),
        },
      }),
    onSuccess: refreshList,
  });
}
