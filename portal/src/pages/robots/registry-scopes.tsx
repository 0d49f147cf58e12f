import { Button, Checkbox, Group, Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contains } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { grantsOf, type Scope } from './grants.ts';
import type { Offered } from './level.ts';
import { ScopeEditor } from './scope-editor.tsx';

interface RegistryScopesProps {
  readonly scopes: readonly Scope[];
  readonly offered: Offered;
  readonly onChange: (scopes: readonly Scope[]) => void;
}

const isEvery = ({ kind, namespace }: Scope) => kind === 'project' && namespace === '*';

/** What a robot of the registry may do: in the registry itself, in every project, in some. */
export function RegistryScopes({ scopes, offered, onChange }: RegistryScopesProps) {
  const { t } = useTranslation('robots');
  const system = scopes.find(({ kind }) => kind === 'system');
  const every = scopes.find(isEvery);
  const put = (changed: Scope) =>
    onChange(
      scopes.map((one) => (one.kind === changed.kind && one.namespace === changed.namespace ? changed : one)),
    );
  const add = (namespace: string) => {
    const granted = grantsOf('pull', offered.project);
    onChange([...scopes, { kind: 'project', namespace, granted, denied: [] }]);
  };
  const remove = (gone: Scope) => onChange(scopes.filter((one) => one !== gone));
  return (
    <div className="scopes">
      {system && (
        <section aria-label={t('robots.system')}>
          <ScopeEditor label={t('robots.system')} scope={system} offered={offered.system} onChange={put} />
        </section>
      )}
      <section aria-label={t('robots.everyProject')}>
        <Checkbox
          label={t('form.coverAll')}
          description={t('form.coverAllHelp')}
          checked={every !== undefined}
          onChange={() => (every ? remove(every) : add('*'))}
        />
        {every && (
          <ScopeEditor
            label={t('robots.everyProject')}
            scope={every}
            offered={offered.project}
            onChange={put}
          />
        )}
      </section>
      {scopes
        .filter((scope) => scope.kind === 'project' && !isEvery(scope))
        .map((scope) => (
          <section key={scope.namespace} aria-label={scope.namespace}>
            <ScopeEditor label={scope.namespace} scope={scope} offered={offered.project} onChange={put} />
            <Group justify="flex-end">
              <Button
                size="compact-xs"
                variant="default"
                aria-label={t('form.withoutNamed', { name: scope.namespace })}
                onClick={() => remove(scope)}
              >
                {t('form.without')}
              </Button>
            </Group>
          </section>
        ))}
      <ProjectPicker chosen={scopes.map(({ namespace }) => namespace)} onChoose={add} />
    </div>
  );
}

interface ProjectPickerProps {
  readonly chosen: readonly string[];
  readonly onChoose: (name: string) => void;
}

function ProjectPicker({ chosen, onChoose }: ProjectPickerProps) {
  const { t } = useTranslation('robots');
  const api = useApi();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed, 150);
  const { data } = useQuery({
    queryKey: ['project-names', asked],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('name', asked);
      return api('GET /projects', { query: { page_size: 20, sort: 'name', ...(q ? { q } : {}) }, signal });
    },
  });
  const found = data?.items.map(({ name }) => name ?? '') ?? [];
  return (
    <div>
      <Select
        label={t('form.addProject')}
        placeholder={t('projects.filter')}
        data={found.filter((name) => name !== '' && !chosen.includes(name))}
        searchable
        // The server has searched; what it found is shown as it is.
        filter={({ options }) => options}
        searchValue={typed}
        onSearchChange={setTyped}
        value={null}
        nothingFoundMessage={t('form.noProject')}
        onChange={(name) => {
          if (name === null) return;
          onChoose(name);
          setTyped('');
        }}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {t('form.addProjectHelp')}
      </Text>
    </div>
  );
}
