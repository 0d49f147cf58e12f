import { Alert, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Commands, CopyText } from '../../components/commands.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { fileNameOf, fileOf, type SnippetKind, snippetKinds, snippetOf } from './snippets.ts';

export interface Secret {
  readonly name: string;
  readonly secret: string;
  /** When it ends, for the file. */
  readonly expires: Date | undefined;
}

interface SecretDialogProps {
  /** Of the form that comes before it. */
  readonly title: string;
  readonly secret: Secret | undefined;
  readonly onClose: () => void;
  /** The form. */
  readonly children: ReactNode;
}

/** A form that ends with a secret, which is shown this once: what would lose it is asked about first. */
export function SecretDialog({ title, secret, onClose, children }: SecretDialogProps) {
  const { t } = useTranslation('robots');
  const [asking, setAsking] = useState(false);
  if (!secret) {
    return (
      <Dialog title={title} size="xl" onClose={onClose}>
        {children}
      </Dialog>
    );
  }
  return (
    <Dialog title={t('secret.title', { name: secret.name })} size="xl" onClose={() => setAsking(!asking)}>
      {asking && <Question onStay={() => setAsking(false)} onLeave={onClose} />}
      <ShownOnce secret={secret} onDone={onClose} onLeaving={() => setAsking(true)} />
    </Dialog>
  );
}

function Question({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation('robots');
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus(), []);
  return (
    <Alert role="alert" color="gray" title={t('secret.reallyTitle')} mb="md">
      <Text size="sm">{t('secret.really')}</Text>
      <Group mt="sm">
        <Button size="compact-sm" ref={stay} onClick={onStay}>
          {t('secret.stay')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onLeave}>
          {t('secret.leave')}
        </Button>
      </Group>
    </Alert>
  );
}

interface ShownOnceProps {
  readonly secret: Secret;
  readonly onDone: () => void;
  readonly onLeaving: () => void;
}

function ShownOnce({ secret: { name, secret, expires }, onDone, onLeaving }: ShownOnceProps) {
  const { t } = useTranslation('robots');
  const start = useRef<HTMLParagraphElement>(null);
  // The form that had the focus is gone.
  useEffect(() => start.current?.focus(), []);
  useBlocker({
    shouldBlockFn: () => {
      onLeaving();
      return true;
    },
  });
  const robot = { host: window.location.host, name, secret };
  return (
    <Stack>
      <Text ref={start} tabIndex={-1} className="page-heading">
        {t('secret.once')}
      </Text>
      <dl className="robot-secret">
        <dt>{t('projects.name')}</dt>
        <dd>
          <CopyText label={t('secret.name')} text={name} />
        </dd>
        <dt>{t('secret.secret')}</dt>
        <dd>
          <CopyText label={t('secret.secret')} text={secret} />
        </dd>
      </dl>
      <Snippets robot={robot} />
      <Group justify="flex-end">
        <Button
          variant="default"
          onClick={() => download(fileNameOf(name), fileOf(robot, expires?.toISOString()))}
        >
          {t('secret.download')}
        </Button>
        <Button onClick={onDone}>{t('secret.done')}</Button>
      </Group>
    </Stack>
  );
}

/** Where a file goes, and whether it may be checked in. */
const fileTexts = {
  dockerConfig: 'secret.files.dockerConfig',
  kubernetesYaml: 'secret.files.kubernetesYaml',
  githubActions: 'secret.files.githubActions',
  gitlabCi: 'secret.files.gitlabCi',
} as const satisfies Partial<Record<SnippetKind, string>>;

const hasFile = (kind: SnippetKind): kind is keyof typeof fileTexts => kind in fileTexts;

interface SnippetsProps {
  readonly robot: { readonly host: string; readonly name: string; readonly secret: string };
}

function Snippets({ robot }: SnippetsProps) {
  const { t } = useTranslation('robots');
  const [kind, setKind] = useState<SnippetKind>('docker');
  const { run, file } = snippetOf(kind, robot);
  return (
    <Stack gap="xs" className="robot-snippets">
      <NativeSelect
        label={t('secret.use')}
        value={kind}
        data={snippetKinds.map((value) => ({ value, label: t(`secret.kinds.${value}`) }))}
        onChange={({ currentTarget: { value } }) =>
          setKind(snippetKinds.find((one) => one === value) ?? 'docker')
        }
      />
      {run && (
        <div>
          <Text size="sm">{t('secret.run')}</Text>
          <Commands label={t('secret.runOf', { kind: t(`secret.kinds.${kind}`) })} lines={run} />
        </div>
      )}
      {file && hasFile(kind) && (
        <div>
          <Text size="sm">{t(fileTexts[kind])}</Text>
          <Commands label={t('secret.fileOf', { kind: t(`secret.kinds.${kind}`) })} lines={file} />
        </div>
      )}
    </Stack>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
