import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import type { ListSearch } from '../api/list-search.ts';

interface FilterFieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onFilter: (text: string | undefined) => void;
}

/** Narrows a list while one types; the server is asked when the hand rests, and what it is outrun by is given up. */
export function FilterField({ label, value, onFilter }: FilterFieldProps) {
  const [seen, setSeen] = useState(value);
  const [text, setText] = useState(value ?? '');
  // "Back" and "clear" change the address, and the field follows.
  if (seen !== value) {
    setSeen(value);
    if ((value ?? '') !== text.trim()) setText(value ?? '');
  }
  const pass = useDebouncedCallback((typed: string) => onFilter(typed.trim() || undefined), 100);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      className="filter"
      onChange={(event) => {
        setText(event.currentTarget.value);
        pass(event.currentTarget.value);
      }}
    />
  );
}

interface ListFilterProps {
  readonly label: string;
  readonly search: ListSearch;
  readonly onSearch: (change: ListSearch) => void;
}

/** The filter of a list that has no other. What is left of the list begins at its first page. */
export function ListFilter({ label, search, onSearch }: ListFilterProps) {
  return (
    <FilterField
      label={label}
      value={search.filter}
      onFilter={(filter) => onSearch({ filter, page: undefined })}
    />
  );
}
