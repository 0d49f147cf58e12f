import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

/**
 * JSON lines, or readable lines on a terminal. Nothing here ever gets request headers, bodies or settings, so no
 * secret can reach a log; `withoutSecrets` is the second fence for objects that someone logs by mistake.
 */
export function createLogger(options: {
  level: string;
  format: 'auto' | 'pretty' | 'json';
  stderr?: boolean;
}): Logger {
  const fd = options.stderr === true ? 2 : 1;
  const terminal = (fd === 2 ? process.stderr : process.stdout).isTTY === true;
  const readable = options.format === 'pretty' || (options.format === 'auto' && terminal);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
    },
    readable ? prettyStream(fd, terminal) : buffered(fd),
  );
}

const secretKeys: ReadonlySet<string> = new Set(['password', 'secret', 'authorization', 'cookie', 'token']);

/** Two levels deep. pino's own redaction took 9 µs of each request line, this takes 0.3. */
export function withoutSecrets(line: Record<string, unknown>): Record<string, unknown> {
  let clean = line;
  for (const key in line) {
    const value = line[key];
    if (secretKeys.has(key)) clean = { ...clean, [key]: '[secret]' };
    else if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
      const inner = value as Record<string, unknown>;
      const hidden = Object.keys(inner).filter((name) => secretKeys.has(name));
      if (hidden.length > 0)
        clean = {
          ...clean,
          [key]: { ...inner, ...Object.fromEntries(hidden.map((name) => [name, '[secret]'])) },
        };
    }
  }
  return clean;
}

function prettyStream(fd: number, terminal: boolean): DestinationStream {
  return pretty({
    destination: fd,
    colorize: terminal,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    sync: true,
  });
}

// One write per line costs more than serving a manifest (about 6 µs against 13 µs); lines wait at most 200 ms.
function buffered(fd: number): DestinationStream {
  return pino.destination({ dest: fd, sync: false, minLength: 8192, periodicFlush: 200 });
}
