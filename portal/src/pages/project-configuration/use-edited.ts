import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProjectReq } from '../../../../src/features/projects/projects.contract.ts';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { useProject } from '../../components/project-context.ts';
import { bytesOf, type SizeInput, sizeInputOf } from '../../components/size.ts';

export interface Stored {
  readonly isPublic: boolean;
  /** Bytes; -1 is no limit. */
  readonly limit: number;
}

interface Values {
  readonly isPublic: boolean;
  readonly quota: SizeInput;
}

type Change = Pick<ProjectReq, 'metadata' | 'storage_limit'>;

export interface Edited {
  readonly values: Values;
  readonly dirty: boolean;
  readonly pending: boolean;
  readonly quotaError: string | undefined;
  /** What belongs to no field. */
  readonly error: Error | null;
  edit(change: Partial<Values>): void;
  save(): void;
  discard(): void;
}

/**
 * What is stored, with what has been edited over it: where nothing was touched the form follows the server, and only
 * what differs is sent.
 */
export function useEdited(stored: Stored): Edited {
  const { t } = useTranslation('project-configuration');
  const [edits, setEdits] = useState<Partial<Values>>({});
  const [wrong, setWrong] = useState<string>();
  const update = useUpdate(() => setEdits({}));
  const values = { isPublic: stored.isPublic, quota: sizeInputOf(stored.limit), ...edits };
  const change = changeOf(stored, values);
  const dirty = change === undefined || Object.keys(change).length > 0;
  const { error } = update;
  const onQuota = error instanceof ApiFailure && error.message.includes('storage_limit');
  const begin = (next: Partial<Values>) => {
    setWrong(undefined);
    update.reset();
    setEdits(next);
  };
  return {
    values,
    dirty,
    pending: update.isPending,
    quotaError: wrong ?? (onQuota ? error.message : undefined),
    error: onQuota ? null : error,
    edit: (next) => begin({ ...edits, ...next }),
    discard: () => begin({}),
    save() {
      if (!dirty || update.isPending) return;
      if (change === undefined) setWrong(t('createProject.quotaWrong'));
      else update.mutate(change);
    },
  };
}

function useUpdate(done: () => void) {
  const { t } = useTranslation('project-configuration');
  const api = useApi();
  const client = useQueryClient();
  const { id, name } = useProject();
  return useMutation({
    mutationFn: (body: Change) =>
      api('PUT /projects/:project_name_or_id', { params: { project_name_or_id: String(id) }, body }),
    onSuccess: async () => {
      notifications.show({ message: t('saved', { name }) });
      const changed = [['project'], ['projects'], ['summary', id], ['quotas']];
      await Promise.all(changed.map((queryKey) => client.invalidateQueries({ queryKey })));
      done();
    },
  });
}

/** Undefined when the quota is no size. */
function changeOf(stored: Stored, { isPublic, quota }: Values): Change | undefined {
  const limit = bytesOf(quota);
  if (limit === undefined) return undefined;
  return {
    ...(isPublic === stored.isPublic ? {} : { metadata: { public: String(isPublic) } }),
    ...(limit === stored.limit ? {} : { storage_limit: limit }),
  };
}
