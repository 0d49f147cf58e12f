import { Group, Radio, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Label } from '../../../../src/features/labels/labels.contract.ts';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog, FormDialog } from '../../components/dialog.tsx';
import { LabelChip } from '../../components/label-chip.tsx';
import { colourOf, colours } from './colours.ts';
import './labels.css';

type Action = 'create' | 'update' | 'delete';

export interface Owner {
  /** Undefined: the whole registry. */
  readonly projectId: number | undefined;
  readonly may: (action: Action) => boolean;
}

export const queryKeyOf = ({ projectId }: Owner) => ['labels', projectId ?? 'registry'];

interface LabelDialogProps {
  readonly owner: Owner;
  /** The one that is changed; a new one without. */
  readonly label: Label | undefined;
  readonly onClose: () => void;
}

export function LabelDialog({ owner, label, onClose }: LabelDialogProps) {
  const { t } = useTranslation('labels');
  const [name, setName] = useState(label?.name ?? '');
  const [description, setDescription] = useState(label?.description ?? '');
  const [color, setColor] = useState(label ? (label.color ?? '') : '#0065AB');
  const write = useWriteLabel({ owner, label, onClose });
  const refusal = write.error instanceof ApiFailure ? write.error : undefined;
  const named = refusal?.status === 409 || refusal?.message.startsWith('label name') === true;
  const coloured = refusal?.status === 400 && refusal.message.includes('label color');
  const typed = (set: (value: string) => void) => (value: string) => {
    write.reset();
    set(value);
  };
  return (
    <FormDialog
      title={label ? t('labels.editNamed', { name: label.name }) : t('labels.new')}
      action={label ? t('labels.save') : t('labels.create')}
      pending={write.isPending}
      disabled={name.trim() === ''}
      error={named || coloured ? null : write.error}
      onClose={onClose}
      onSubmit={() => write.mutate({ name: name.trim(), description, color })}
    >
      <TextInput
        label={t('projects.name')}
        required
        maxLength={128}
        data-autofocus
        autoComplete="off"
        value={name}
        error={named ? refusal?.message : undefined}
        onChange={(event) => typed(setName)(event.currentTarget.value)}
      />
      <TextInput
        label={t('labels.description')}
        maxLength={4096}
        autoComplete="off"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <ColourField value={color} error={coloured ? refusal.message : undefined} onChange={typed(setColor)} />
      <Group fz="sm">
        {t('labels.preview')} <LabelChip name={name.trim() || t('labels.example')} colour={color} />
      </Group>
    </FormDialog>
  );
}

function useWriteLabel({ owner: { projectId, ...owner }, label, onClose }: LabelDialogProps) {
  const { t } = useTranslation('labels');
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (text: { name: string; description: string; color: string }) => {
      if (label) return api('PUT /labels/:label_id', { params: { label_id: label.id ?? 0 }, body: text });
      const place = projectId === undefined ? { scope: 'g' } : { scope: 'p', project_id: projectId };
      return api('POST /labels', { body: { ...text, ...place } });
    },
    onSuccess: async (_, { name }) => {
      notifications.show({ message: label ? t('labels.changed', { name }) : t('labels.made', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: queryKeyOf({ projectId, ...owner }) });
    },
  });
}

interface ColourFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

/** Named colours, and any other that the server takes. */
function ColourField({ value, error, onChange }: ColourFieldProps) {
  const { t } = useTranslation('labels');
  const known = colourOf(value);
  return (
    <>
      <Radio.Group
        label={t('labels.colour')}
        value={known?.value ?? 'other'}
        onChange={(chosen) => onChange(chosen === 'other' ? '' : chosen)}
      >
        <div className="colours">
          {colours.map(({ id, value: one }) => (
            <Radio
              key={id}
              value={one}
              label={
                <span className="colour">
                  <span className="label-swatch" style={{ backgroundColor: one }} aria-hidden="true" />
                  {t(`colours.${id}`)}
                </span>
              }
            />
          ))}
          <Radio value="other" label={t('labels.other')} />
        </div>
      </Radio.Group>
      {!known && (
        <TextInput
          label={t('labels.ownColour')}
          description={t('labels.colourRule')}
          autoComplete="off"
          maxLength={64}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value.trim())}
        />
      )}
    </>
  );
}

interface DeleteLabelDialogProps {
  readonly owner: Owner;
  readonly label: Label;
  readonly onClose: () => void;
}

export function DeleteLabelDialog({ owner, label, onClose }: DeleteLabelDialogProps) {
  const { t } = useTranslation('labels');
  const api = useApi();
  const client = useQueryClient();
  const { id = 0, name = '' } = label;
  const remove = useMutation({
    mutationFn: () => api('DELETE /labels/:label_id', { params: { label_id: id } }),
    onSuccess: async () => {
      notifications.show({ message: t('labels.deleted', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: queryKeyOf(owner) });
    },
  });
  return (
    <ConfirmDialog
      title={t('labels.deleteNamed', { name })}
      text={t('labels.deleteText')}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
