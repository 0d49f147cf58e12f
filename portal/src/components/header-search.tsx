import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.ts';

const most = 8;

/** Projects and repositories by a part of their name. */
export function HeaderSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState('');
  const found = useFound(text);
  const open = (value: string) => {
    const [kind, id = '', repo = ''] = value.split(' ');
    combobox.closeDropdown();
    setText('');
    void (kind === 'repository'
      ? navigate({ to: '/harbor/projects/$id/repositories/$repo', params: { id, repo } })
      : navigate({ to: '/harbor/projects/$id/repositories', params: { id }, search: {} }));
  };
  return (
    <Combobox store={combobox} onOptionSubmit={open}>
      <Combobox.Target>
        <TextInput
          type="search"
          className="header-search"
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          value={text}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!found}>
        <Combobox.Options aria-label={t('search.results')}>
          {found && <Results found={found} />}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Results({ found }: { found: NonNullable<ReturnType<typeof useFound>> }) {
  const { t } = useTranslation();
  const nothing = found.project.length + found.repository.length === 0;
  return (
    <>
      <Combobox.Group label={t('search.projects')}>
        {found.project.slice(0, most).map(({ project_id, name }) => (
          <Combobox.Option key={project_id} value={`project ${project_id}`}>
            {name}
          </Combobox.Option>
        ))}
      </Combobox.Group>
      <Combobox.Group label={t('search.repositories')}>
        {found.repository.slice(0, most).map(({ project_id, project_name = '', repository_name = '' }) => (
          <Combobox.Option
            key={repository_name}
            value={`repository ${project_id} ${repository_name.slice(project_name.length + 1)}`}
          >
            {repository_name}
          </Combobox.Option>
        ))}
      </Combobox.Group>
      {nothing && <Combobox.Empty>{t('search.nothing')}</Combobox.Empty>}
    </>
  );
}

function useFound(text: string) {
  const api = useApi();
  const [wanted] = useDebouncedValue(text.trim().slice(0, 255), 150);
  const { data } = useQuery({
    queryKey: ['search', wanted],
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /search', { query: { q: wanted }, signal }),
  });
  return text.trim() === '' ? undefined : data;
}
