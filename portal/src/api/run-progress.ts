import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** A run of background work (Harbor: execution) as the server tells of it. */
export interface RunStatus {
  readonly status?: string | undefined;
  readonly status_message?: string | undefined;
  /** `task_count`, `success_task_count` and so on. */
  readonly metrics?: Readonly<Record<string, number | undefined>> | undefined;
  /** Parameters and results. */
  readonly extra_attrs?: Readonly<Record<string, unknown>> | undefined;
  readonly start_time?: string | undefined;
  readonly end_time?: string | undefined;
}

export interface RunReport {
  readonly status: RunStatus;
  /** Its log so far; a source that has none leaves it out. */
  readonly lines?: readonly string[];
}

export interface RunSource {
  /** The path of its server-sent events: `status`, `log` and at last `end` (docs/jobs.md). */
  readonly events: string;
  /** Asked again and again when the events cannot be had: a proxy that holds them back, too many streams, no right. */
  readonly poll: (signal: AbortSignal) => Promise<RunReport>;
}

interface RunProgress {
  readonly status: RunStatus | undefined;
  readonly lines: readonly string[];
  readonly ended: boolean;
  readonly error: Error | null;
}

const over: ReadonlySet<string> = new Set(['Success', 'Error', 'Stopped']);

export const isOver = ({ status }: Pick<RunStatus, 'status'>): boolean => over.has(status ?? '');

const pollMilliseconds = 2_000;
/** A thousand lines come in one breath: they are drawn together. */
const drawMilliseconds = 100;

/** Follows a run until it ends. */
export function useRunProgress({ events, poll }: RunSource): RunProgress {
  const told = useEvents(events);
  const { data, error } = useQuery({
    queryKey: ['run', events],
    enabled: told.failed,
    queryFn: ({ signal }) => poll(signal),
    refetchInterval: ({ state }) => (state.data && isOver(state.data.status) ? false : pollMilliseconds),
  });
  if (!told.failed) return { ...told, error: null };
  const status = data?.status ?? told.status;
  return {
    status,
    lines: data?.lines ?? told.lines,
    ended: status !== undefined && isOver(status),
    error: data ? null : error,
  };
}

interface Told {
  readonly status: RunStatus | undefined;
  readonly lines: readonly string[];
  readonly ended: boolean;
  /** No stream, and the browser will not try again. */
  readonly failed: boolean;
}

const nothing: Told = { status: undefined, lines: [], ended: false, failed: false };

function useEvents(path: string): Told {
  const [told, setTold] = useState(nothing);
  useEffect(() => {
    let lines: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      const some = lines;
      lines = [];
      setTold((before) => ({ ...before, lines: [...before.lines, ...some] }));
    };
    const stream = new EventSource(path);
    // Each connection tells everything from the beginning.
    stream.addEventListener('open', () => {
      lines = [];
      setTold(nothing);
    });
    stream.addEventListener('status', ({ data }: MessageEvent<string>) => {
      const status: RunStatus = JSON.parse(data);
      setTold((before) => ({ ...before, status }));
    });
    stream.addEventListener('log', ({ data }: MessageEvent<string>) => {
      const { time, text }: { time: string; text: string } = JSON.parse(data);
      lines.push(`${time} ${text}`);
      timer ??= setTimeout(draw, drawMilliseconds);
    });
    stream.addEventListener('end', () => {
      stream.close();
      setTold((before) => ({ ...before, ended: true }));
    });
    stream.addEventListener('error', () => {
      // While it is CONNECTING the browser tries by itself.
      if (stream.readyState === EventSource.CLOSED) setTold((before) => ({ ...before, failed: true }));
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [path]);
  return told;
}
