import { Anchor, Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './log-view.css';

interface LogViewProps {
  readonly label: string;
  /** Whoever wrote them: they are shown as text. */
  readonly lines: readonly string[];
  /** More may come, and the view can stay at the end. */
  readonly growing?: boolean;
  /** Where all of it can be fetched as a file. */
  readonly download?: string | undefined;
}

/** As in log-view.css. */
const lineHeight = 20;
/** Drawn above and below what is seen, so that scrolling shows no gap. */
const margin = 30;

/** A log of up to 200,000 lines: only those in sight are drawn. */
export function LogView({ label, lines, growing = false, download }: LogViewProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [follow, setFollow] = useState(true);
  const search = useLogSearch(lines, (line) => {
    setFollow(false);
    frame.current?.scrollTo({ top: Math.max(0, (line - 5) * lineHeight) });
  });
  const following = growing && follow;
  useEffect(() => {
    if (following) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [following, lines.length]);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: React.UIEvent) => {
    setTop(scrollTop);
    if (scrollTop + clientHeight < scrollHeight - 2 * lineHeight) setFollow(false);
  };
  return (
    <div>
      <Group mb="xs" gap="sm">
        <SearchField {...search} />
        {growing && (
          <Switch
            size="sm"
            label={t('log.follow')}
            checked={follow}
            onChange={(event) => setFollow(event.currentTarget.checked)}
          />
        )}
        {download !== undefined && (
          <Anchor size="sm" href={download} download>
            {t('log.download')}
          </Anchor>
        )}
      </Group>
      {lines.length === 0 ? (
        <Text size="sm" c="dimmed">
          {growing ? t('log.nothingYet') : t('log.nothing')}
        </Text>
      ) : (
        <div
          ref={frame}
          className="log-frame"
          tabIndex={0}
          role="region"
          aria-label={label}
          onScroll={onScroll}
        >
          <Lines lines={lines} top={top} wanted={search.wanted} current={search.current} />
        </div>
      )}
    </div>
  );
}

interface LinesProps {
  readonly lines: readonly string[];
  readonly top: number;
  readonly wanted: string;
  readonly current: number | undefined;
}

function Lines({ lines, top, wanted, current }: LinesProps) {
  const first = Math.max(0, Math.floor(top / lineHeight) - margin);
  // 26rem hold 21 lines; at 200 % zoom fewer.
  const shown = lines.slice(first, first + 21 + 2 * margin);
  const digits = String(lines.length).length;
  return (
    <div className="log-lines" style={{ height: lines.length * lineHeight }}>
      {shown.map((text, index) => {
        const number = first + index;
        return (
          <div
            key={number}
            className={number === current ? 'log-line found' : 'log-line'}
            style={{ top: number * lineHeight }}
          >
            <span className="log-number" aria-hidden="true" style={{ width: `calc(${digits}ch + 1.5rem)` }}>
              {number + 1}
            </span>
            <span className="log-text">{marked(text, wanted)}</span>
          </div>
        );
      })}
    </div>
  );
}

function marked(text: string, wanted: string): ReactNode {
  if (wanted === '') return text;
  const folded = text.toLowerCase();
  const parts: ReactNode[] = [];
  let from = 0;
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

interface LogSearch {
  readonly text: string;
  readonly wanted: string;
  readonly count: number;
  /** Which of those found, from 0. */
  readonly place: number;
  /** Its line. */
  readonly current: number | undefined;
  readonly setText: (text: string) => void;
  readonly turn: (by: 1 | -1) => void;
}

function useLogSearch(lines: readonly string[], show: (line: number) => void): LogSearch {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(-1);
  const wanted = useDeferredValue(text).toLowerCase();
  const found = useMemo(
    () =>
      wanted === '' ? [] : lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? index : [])),
    [lines, wanted],
  );
  return {
    text,
    wanted,
    count: found.length,
    place,
    current: found[place],
    setText: (typed) => {
      setText(typed);
      setPlace(-1);
    },
    turn: (by) => {
      if (found.length === 0) return;
      const next = place < 0 && by < 0 ? found.length - 1 : (place + by + found.length) % found.length;
      setPlace(next);
      show(found[next] ?? 0);
    },
  };
}

function SearchField({ text, wanted, count, place, setText, turn }: LogSearch) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        type="search"
        size="xs"
        aria-label={t('log.search')}
        placeholder={t('log.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          turn(event.shiftKey ? -1 : 1);
        }}
      />
      {wanted !== '' && (
        <>
          <Text size="sm" role="status">
            {place < 0 ? t('log.found', { count }) : t('log.foundPlace', { place: place + 1, count })}
          </Text>
          <Button size="compact-sm" variant="default" disabled={count === 0} onClick={() => turn(-1)}>
            {t('table.previous')}
          </Button>
          <Button size="compact-sm" variant="default" disabled={count === 0} onClick={() => turn(1)}>
            {t('table.next')}
          </Button>
        </>
      )}
    </>
  );
}
