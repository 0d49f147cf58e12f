import { Modal, VisuallyHidden } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusBack } from '../dialog.tsx';
import { type Entry, type EntryGroup, type PaletteActions, useEntries } from './entries.ts';
import './palette.css';

interface PaletteProps extends PaletteActions {
  readonly find: string;
  /** What was typed before the field was there. */
  readonly takeKeys: () => string;
  readonly onClose: () => void;
}

/** Everything by its name: one field, and below it what is meant. */
export function Palette({ find, takeKeys, onClose, ...actions }: PaletteProps) {
  const { t } = useTranslation('palette');
  useFocusBack();
  return (
    <Modal.Root opened onClose={onClose} returnFocus={false} size="lg" yOffset="8vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t('title')}>
        <Modal.Body p={0}>
          <Finder find={find} takeKeys={takeKeys} onClose={onClose} actions={actions} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

interface FinderProps extends Pick<PaletteProps, 'find' | 'takeKeys' | 'onClose'> {
  readonly actions: PaletteActions;
}

function Finder({ find, takeKeys, onClose, actions }: FinderProps) {
  const { t } = useTranslation('palette');
  const list = useId();
  const [text, setText] = useState(find);
  const { groups, pending, error } = useEntries(text, actions);
  const count = groups.reduce((sum, { entries }) => sum + entries.length, 0);
  const { current, press, choose, follow } = useChosen(groups, onClose);
  return (
    <>
      <input
        className="palette-field"
        role="combobox"
        aria-label={t('title')}
        aria-expanded="true"
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${list}-${current.id}` : undefined}
        placeholder={t('placeholder')}
        value={text}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
        onFocus={() => {
          const typed = takeKeys();
          if (typed !== '') setText((before) => before + typed);
        }}
        onKeyDown={press}
        onChange={(event) => {
          setText(event.currentTarget.value);
          choose(undefined);
        }}
      />
      <div id={list} role="listbox" aria-label={t('results')} aria-busy={pending} className="palette-list">
        {groups.map((group) => (
          <Group key={group.label} group={group} list={list} current={current} follow={follow} />
        ))}
      </div>
      {count === 0 && !pending && <p className="palette-nothing">{t('nothing')}</p>}
      {error !== null && (
        <p className="palette-nothing server-words">{t('failed', { message: error.message })}</p>
      )}
      <p className="palette-help">{t('help')}</p>
      <VisuallyHidden role="status">{pending ? '' : t('found', { count })}</VisuallyHidden>
    </>
  );
}

/** The keys of the field: which entry is chosen, and what becomes of it. */
function useChosen(groups: readonly EntryGroup[], onClose: () => void) {
  const { history } = useRouter();
  const [chosen, choose] = useState<string>();
  const entries = groups.flatMap((group) => group.entries);
  // Until somebody chooses, the first one is.
  const at = Math.max(
    0,
    entries.findIndex(({ id }) => id === chosen),
  );
  const current = entries[at];
  const follow = (entry: Entry, inNewTab: boolean) => {
    if ('place' in entry && inNewTab) {
      window.open(entry.place, '_blank', 'noopener');
      return;
    }
    onClose();
    if ('act' in entry) entry.act();
    else history.push(entry.place);
  };
  const press = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      choose(entries[Math.min(Math.max(to, 0), entries.length - 1)]?.id);
    } else if (event.key === 'Enter' && current && !event.nativeEvent.isComposing) {
      event.preventDefault();
      follow(current, event.ctrlKey || event.metaKey);
    }
  };
  return { current, press, choose, follow };
}

interface GroupProps {
  readonly group: EntryGroup;
  readonly list: string;
  readonly current: Entry | undefined;
  readonly follow: (entry: Entry, inNewTab: boolean) => void;
}

function Group({ group, list, current, follow }: GroupProps) {
  const label = `${list}-${group.label}`;
  return (
    <div role="group" aria-labelledby={label}>
      <div id={label} className="palette-group">
        {group.label}
      </div>
      {group.entries.map((entry) => (
        // The field has the focus all the time, and its keys choose (a combobox of ARIA's practices).
        <div
          key={entry.id}
          id={`${list}-${entry.id}`}
          role="option"
          aria-selected={entry.id === current?.id}
          ref={entry.id === current?.id ? intoView : undefined}
          className="palette-entry"
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => follow(entry, event.ctrlKey || event.metaKey)}
        >
          <span>{entry.label}</span>
          {entry.note !== undefined && <span className="palette-note">{entry.note}</span>}
        </div>
      ))}
    </div>
  );
}

const intoView = (entry: HTMLElement | null) => entry?.scrollIntoView({ block: 'nearest' });
