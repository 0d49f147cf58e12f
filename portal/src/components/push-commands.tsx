import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  clients,
  loginCommand,
  preferClient,
  preferredClient,
  pushCommands,
  registryAt,
} from '../pull-commands.ts';
import { Commands } from './commands.tsx';

interface PushCommandsProps {
  readonly label: string;
  /** Whole, project included; it need not be there yet. */
  readonly repository: string;
}

/** Those that cannot push are left out. */
const pushers = clients.filter((client) => client !== 'crictl');

/** How something gets here, for the client that people use. */
export function PushCommands({ label, repository }: PushCommandsProps) {
  const { t } = useTranslation();
  const [client, setClient] = useState(() => preferredClient('IMAGE', localStorage));
  const registry = registryAt(window.location);
  const lines = [loginCommand(client, registry), ...pushCommands(client, registry, { repository })];
  return (
    <div className="push-commands">
      <NativeSelect
        label={t('commands.client')}
        mb="xs"
        maw={160}
        value={client}
        data={pushers}
        onChange={(event) => {
          const chosen = pushers.find((one) => one === event.currentTarget.value);
          if (!chosen) return;
          preferClient(chosen, localStorage);
          setClient(chosen);
        }}
      />
      <Commands label={label} lines={lines} />
    </div>
  );
}
