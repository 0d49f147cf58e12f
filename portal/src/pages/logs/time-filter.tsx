import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type LogSearch, spans } from './log-search.ts';

interface TimeFilterProps {
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
}

const day = 86_400_000;

/** Back from now, or between two moments. People give them in their own zone; the address has them in UTC. */
export function TimeFilter({ search, onSearch }: TimeFilterProps) {
  const { t } = useTranslation('logs');
  const { time, from, to } = search;
  const own = from !== undefined || to !== undefined;
  const choose = (value: string) => {
    const span = spans.find((one) => one === value);
    const start =
      value === 'own' ? `${new Date(Date.now() - day).toISOString().slice(0, 16)}:00Z` : undefined;
    onSearch({ time: span, from: start, to: undefined });
  };
  const order = from !== undefined && to !== undefined && from > to ? t('wrongOrder') : undefined;
  return (
    <>
      <NativeSelect
        aria-label={t('time')}
        value={time ?? (own ? 'own' : '')}
        data={[
          { value: '', label: t('anyTime') },
          ...spans.map((value) => ({ value, label: t(`spans.${value}`) })),
          { value: 'own', label: t('ownRange') },
        ]}
        onChange={({ currentTarget: { value } }) => choose(value)}
      />
      {own && (
        <>
          <EndField
            label={t('from')}
            value={from}
            onChange={(value) => onSearch({ from: value, time: undefined })}
          />
          <EndField
            label={t('to')}
            value={to}
            error={order}
            onChange={(value) => onSearch({ to: value, time: undefined })}
          />
        </>
      )}
    </>
  );
}

interface EndFieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly error?: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

function EndField({ label, value, error, onChange }: EndFieldProps) {
  const [seen, setSeen] = useState(value);
  const [typed, setTyped] = useState(local(value));
  // "Back" changes the address, and the field follows.
  if (seen !== value) {
    setSeen(value);
    if (utc(typed) !== value) setTyped(local(value));
  }
  const pass = useDebouncedCallback((text: string) => {
    const moment = utc(text);
    if (text === '' || moment !== undefined) onChange(moment);
  }, 400);
  return (
    <TextInput
      type="datetime-local"
      step={1}
      aria-label={label}
      title={label}
      className="log-end"
      leftSection={<span aria-hidden="true">{label}</span>}
      leftSectionWidth="3.5rem"
      value={typed}
      error={error}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        pass(currentTarget.value);
      }}
    />
  );
}

/** `2026-03-08T13:30:15` of the reader's zone. */
function local(value: string | undefined): string {
  if (value === undefined) return '';
  const date = new Date(value);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Undefined while a year is being typed: 0002, 0020, 0202. */
function utc(text: string): string | undefined {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || date.getFullYear() < 2000 || date.getFullYear() > 9999)
    return undefined;
  return `${date.toISOString().slice(0, 19)}Z`;
}
