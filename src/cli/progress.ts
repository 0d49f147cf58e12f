export interface ProgressBar {
  readonly show: (done: number, total: number, what: string) => void;
  /** For work whose end nobody knows: something moves. */
  readonly busy: (what: string) => void;
  /** Takes the bar off the screen, so that a line can be printed. */
  readonly clear: () => void;
}

const width = 30;
const pauseMilliseconds = 100;

/** A bar on a terminal's standard error; nothing elsewhere. */
export function progressBar(): ProgressBar {
  if (!process.stderr.isTTY) return { show: () => undefined, busy: () => undefined, clear: () => undefined };
  let shown = 0;
  let step = 0;
  return {
    show(done, total, what) {
      const now = performance.now();
      if (now - shown < pauseMilliseconds && done < total) return;
      shown = now;
      const share = total === 0 ? 1 : Math.min(done / total, 1);
      const filled = Math.round(share * width);
      process.stderr.write(
        `\r[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${total} ${what}\u001b[K`,
      );
    },
    busy(what) {
      step = (step + 1) % (width - 4);
      process.stderr.write(`\r[${'.'.repeat(step)}####${'.'.repeat(width - 4 - step)}] ${what}\u001b[K`);
    },
    clear: () => void process.stderr.write('\r\u001b[K'),
  };
}
