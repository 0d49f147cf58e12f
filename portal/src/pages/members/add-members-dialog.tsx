import { NativeSelect, Radio, TagsInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { roles } from '../../components/roles.ts';
import { type Kind, useAddMember } from './add-member.ts';

interface Wanted {
  readonly kind: Kind;
  readonly names: readonly string[];
  readonly role: number;
}

/** What is being filled in; whoever is refused stays in it. */
function useWanted(onClose: () => void) {
  const { t } = useTranslation('members');
  const [wanted, setWanted] = useState<Wanted>({ kind: 'user', names: [], role: 2 });
  const [typed, setTyped] = useState('');
  const add = useAddMembers(({ added, refused }) => {
    if (added.length > 0) {
      notifications.show({
        message: t('members.added', { count: added.length, names: added.join(', ') }),
      });
    }
    if (refused.size === 0) onClose();
    setWanted({ ...wanted, names: [...refused.keys()] });
  });
  const change = (next: Partial<Wanted>) => {
    add.reset();
    setWanted({ ...wanted, ...next });
  };
  const type = (text: string) => {
    if (text !== '') add.reset();
    setTyped(text);
  };
  // A name that was typed and not yet made into one of the list is meant all the same.
  const names = [...new Set([...wanted.names, ...(typed.trim() === '' ? [] : [typed.trim()])])];
  const submit = () => {
    setTyped('');
    add.mutate({ ...wanted, names });
  };
  return { wanted, change, typed, type, names, add, submit };
}

/** People or groups, several at once; whoever is refused stays in the field, with the server's reason. */
export function AddMembersDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('members');
  const { wanted, change, typed, type, names, add, submit } = useWanted(onClose);
  const suggestions = useSuggestions(wanted.kind, typed).filter((name) => !wanted.names.includes(name));
  const [closed, setClosed] = useState(false);
  const reasons = [...(add.data?.refused ?? [])].map(([name, { message }]) => `${name}: ${message}`);
  return (
    <FormDialog
      title={t('members.add')}
      action={t('members.addCount', { count: Math.max(1, names.length) })}
      pending={add.isPending}
      disabled={names.length === 0}
      error={add.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <Radio.Group
        label={t('members.kind')}
        value={wanted.kind}
        onChange={(kind) => change({ kind: kind === 'group' ? 'group' : 'user', names: [] })}
      >
        <Radio value="user" label={t('members.users')} my="xs" />
        <Radio value="group" label={t('members.groups')} description={t('members.groupsHelp')} />
      </Radio.Group>
      <TagsInput
        label={wanted.kind === 'user' ? t('members.usernames') : t('members.groupNames')}
        description={t('members.suggestions')}
        data={suggestions}
        // The server has searched; what it found is shown as it is.
        filter={({ options }) => options}
        value={[...wanted.names]}
        onChange={(next) => change({ names: next })}
        searchValue={typed}
        onSearchChange={(text) => {
          setClosed(false);
          type(text);
        }}
        maxTags={50}
        required
        data-autofocus
        // Open but empty it would swallow the Escape that is meant for the dialog.
        dropdownOpened={!closed && typed.trim() !== '' && suggestions.length > 0}
        onDropdownClose={() => setClosed(true)}
        error={reasons.length > 0 && <span className="server-words">{reasons.join('\n')}</span>}
      />
      <NativeSelect
        label={t('projects.role')}
        value={String(wanted.role)}
        data={roles.map(({ id, key }) => ({ value: String(id), label: t(`roles.${key}`) }))}
        onChange={(event) => change({ role: Number(event.currentTarget.value) })}
      />
    </FormDialog>
  );
}

interface Outcome {
  readonly added: readonly string[];
  readonly refused: ReadonlyMap<string, Error>;
}

function useAddMembers(onOutcome: (outcome: Outcome) => void) {
  const client = useQueryClient();
  const { id } = useProject();
  const add = useAddMember();
  return useMutation({
    mutationFn: async ({ kind, names, role }: Wanted): Promise<Outcome> => {
      const added: string[] = [];
      const refused = new Map<string, Error>();
      // One after the other: fifty at once would be a burst that the server has done nothing to deserve.
      for (const name of names) {
        try {
          await add(kind, name, role);
          added.push(name);
        } catch (error) {
          refused.set(name, error instanceof Error ? error : new Error(String(error)));
        }
      }
      return { added, refused };
    },
    onSuccess: async (outcome) => {
      onOutcome(outcome);
      await client.invalidateQueries({ queryKey: ['members', id] });
    },
  });
}

function useSuggestions(kind: Kind, typed: string): string[] {
  const api = useApi();
  const [name] = useDebouncedValue(typed.trim().slice(0, 255), 150);
  const { data } = useQuery({
    queryKey: ['member-search', kind, name],
    enabled: name !== '',
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      if (kind === 'user') {
        const { items } = await api('GET /users/search', {
          query: { username: name, page_size: 10 },
          signal,
        });
        return items.flatMap(({ username }) => username ?? []);
      }
      const query = { groupname: name, page_size: 10 };
      const { items } = await api('GET /usergroups/search', { query, signal });
      return items.flatMap(({ group_name }) => group_name ?? []);
    },
  });
  // Two directories may both have a group of a name; a list with the same entry twice is refused by its component.
  return [...new Set(data)];
}
