import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Client,
  clientsFor,
  dockerfileLine,
  kubernetesLine,
  loginCommand,
  preferClient,
  preferredClient,
  pullCommand,
  pushCommands,
  type Registry,
  registryAt,
  type Wanted,
} from '../pull-commands.ts';
import { Commands } from './commands.tsx';
import { Dialog } from './dialog.tsx';

export interface PullCommandsProps {
  /** Whole, project included. */
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  /** Harbor's type of the artifact: `IMAGE`, `CHART` … */
  readonly type: string | undefined;
  /** Of an index: `linux/arm64` and so on. */
  readonly platforms?: readonly string[];
  /** The caller may push here: those commands are shown too. */
  readonly mayPush?: boolean;
}

/** "Get it": a button that opens the commands for one tag or digest. */
export function PullCommandsButton(props: PullCommandsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button aria-label={t('commands.getNamed', { name: nameOf(props) })} onClick={() => setOpen(true)}>
        {t('commands.get')}
      </Button>
      {open && <PullCommandsDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

interface PullCommandsInRowProps extends PullCommandsProps {
  readonly label: string;
  readonly text: string;
}

/** The same with its texts, for the rows of a list. */
export function PullCommandsInRow({ label, text, ...props }: PullCommandsInRowProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="row-button" aria-label={label} onClick={() => setOpen(true)}>
        {text}
      </button>
      {open && <PullCommandsDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

/** As people speak of it: without the registry, and no more of a digest than they can tell apart. */
export function nameOf({
  repository,
  tag,
  digest = '',
}: Pick<PullCommandsProps, 'repository' | 'tag' | 'digest'>): string {
  return tag === undefined ? `${repository}@${digest.slice(0, 19)}` : `${repository}:${tag}`;
}

interface PullCommandsDialogProps extends PullCommandsProps {
  readonly onClose: () => void;
}

export function PullCommandsDialog({ onClose, ...props }: PullCommandsDialogProps) {
  const { t } = useTranslation();
  const { type, platforms = [] } = props;
  const [client, setClient] = useState(() => preferredClient(type, localStorage));
  const [platform, setPlatform] = useState<string>();
  const able = clientsFor(type);
  const choose = (name: string) => {
    const chosen = able.find((one) => one === name);
    if (!chosen) return;
    preferClient(chosen, localStorage);
    setClient(chosen);
  };
  return (
    <Dialog title={t('commands.getNamed', { name: nameOf(props) })} size="lg" onClose={onClose}>
      <Stack gap="sm">
        <Group align="end">
          <NativeSelect
            label={t('commands.client')}
            value={client}
            data={[...able]}
            onChange={(event) => choose(event.currentTarget.value)}
            data-autofocus
          />
          {platforms.length > 0 && client !== 'crictl' && (
            <NativeSelect
              label={t('commands.platform')}
              value={platform ?? ''}
              data={[{ value: '', label: t('commands.anyPlatform') }, ...platforms]}
              onChange={(event) => setPlatform(event.currentTarget.value || undefined)}
            />
          )}
        </Group>
        <Sections {...props} client={client} platform={platform} registry={registryAt(window.location)} />
      </Stack>
    </Dialog>
  );
}

interface SectionsProps extends PullCommandsProps {
  readonly client: Client;
  readonly platform: string | undefined;
  readonly registry: Registry;
}

function Sections({ client, registry, platform, ...props }: SectionsProps) {
  const { t } = useTranslation();
  const { repository, tag, digest, type, mayPush = false } = props;
  const byTag = tag === undefined ? undefined : { repository, tag, platform };
  const byDigest = digest === undefined ? undefined : { repository, digest, platform };
  const pull = (wanted: Wanted | undefined) => {
    const command = wanted && pullCommand(client, registry, wanted);
    return command === undefined ? [] : [command];
  };
  const usual = byTag ?? byDigest;
  return (
    <>
      <Section label={t('commands.pullByTag')} lines={pull(byTag)} />
      <Section label={t('commands.pullByDigest')} lines={pull(byDigest)} />
      {type === 'IMAGE' && usual && (
        <>
          <Section label={t('commands.kubernetes')} lines={[kubernetesLine(registry, usual)]} />
          <Section label={t('commands.dockerfile')} lines={[dockerfileLine(registry, usual)]} />
        </>
      )}
      {mayPush && (
        <Section
          label={t('commands.push')}
          lines={[loginCommand(client, registry), ...pushCommands(client, registry, { repository, tag })]}
        />
      )}
      {registry.plain && (client === 'docker' || client === 'crictl') && (
        <Text size="sm" c="dimmed">
          {t('commands.plain')}
        </Text>
      )}
    </>
  );
}

function Section({ label, lines }: { label: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {label}
      </Text>
      <Commands label={label} lines={lines} />
    </div>
  );
}
