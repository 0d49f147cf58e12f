/** `npm start` passes on a Ctrl-C that the terminal has already given to everybody: the same wish, heard twice. */
const echoMilliseconds = 1_000;

export interface StopSignals {
  /** Aborted by the first SIGTERM or SIGINT, with an Error whose message is the signal's name. */
  readonly stop: AbortSignal;
  release(): void;
}

/** The first signal asks for an orderly end; a second one, after a second, ends the process at once. */
export function listenForStop(endNow: () => void): StopSignals {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(new Error(signal));
    } else if (performance.now() - firstAt > echoMilliseconds) {
      endNow();
    }
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return {
    stop: controller.signal,
    release: () => process.off('SIGTERM', onSignal).off('SIGINT', onSignal),
  };
}
