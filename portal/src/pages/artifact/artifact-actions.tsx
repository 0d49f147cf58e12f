import { Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DeleteArtifactDialog } from '../../artifact-actions/delete-artifact-dialog.tsx';
import { ActionButton } from '../../components/action-button.tsx';
import { useProject } from '../../components/project-context.ts';
import { PullCommandsButton } from '../../components/pull-commands.tsx';
import { useArtifact } from './artifact-context.ts';
import { CopyDialog } from './copy-dialog.tsx';
import { platformsOf } from './naming.ts';

export function ArtifactActions() {
  const { t } = useTranslation('artifact');
  const { id, name, can } = useProject();
  const { artifact, digest, params } = useArtifact();
  const [open, setOpen] = useState<'copy' | 'delete'>();
  const close = () => setOpen(undefined);
  const navigate = useNavigate();
  const leave = () =>
    navigate({
      to: '/harbor/projects/$id/repositories/$repo/artifacts-tab',
      params: { id: String(id), repo: params.repository_name },
      search: {},
    });
  return (
    <Group gap="xs">
      <PullCommandsButton
        repository={`${name}/${params.repository_name}`}
        tag={artifact.tags?.[0]?.name}
        digest={digest}
        type={artifact.type}
        platforms={platformsOf(artifact)}
        mayPush={can('repository:push')}
      />
      <ActionButton
        variant="default"
        refusal={can('repository:pull') ? undefined : t('copy.mayNot')}
        onClick={() => setOpen('copy')}
      >
        {t('copy.action')}
      </ActionButton>
      <ActionButton
        variant="default"
        refusal={can('artifact:delete') ? undefined : t('delete.mayNot')}
        onClick={() => setOpen('delete')}
      >
        {t('dialog.delete')}
      </ActionButton>
      {open === 'copy' && <CopyDialog onClose={close} />}
      {open === 'delete' && <DeleteArtifactDialog digest={digest} onClose={close} onDeleted={leave} />}
    </Group>
  );
}
