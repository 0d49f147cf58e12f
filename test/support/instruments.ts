import type { CDPSession, Page } from 'playwright-core';

/** Runs in every page before its own code, and is text because tests know no DOM. */
const script = `
  globalThis.instruments = (() => {
    const seen = { longtask: [], 'layout-shift': [], 'largest-contentful-paint': [] };
    const observers = Object.keys(seen).map((type) => {
      const observer = new PerformanceObserver((list) => seen[type].push(...list.getEntries()));
      observer.observe({ type, buffered: true });
      return { type, observer };
    });
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const settled = async () => {
      await frame();
      await frame();
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const { type, observer } of observers) seen[type].push(...observer.takeRecords());
    };
    return {
      async until(ready) {
        while (!ready()) await frame();
        return performance.now();
      },
      fromEvent(name, ready) {
        this.answer = new Promise((resolve) => {
          const begin = ({ timeStamp }) => resolve(this.until(ready).then((at) => at - timeStamp));
          addEventListener(name, begin, { once: true, capture: true });
        });
      },
      forget: () => settled().then(() => { seen.longtask.length = 0; }),
      longest: () => settled().then(() => Math.max(0, ...seen.longtask.map(({ duration }) => duration))),
      blocked: (end) => settled().then(() => seen.longtask
        .filter(({ startTime }) => startTime < end)
        .reduce((sum, { duration }) => sum + duration - 50, 0)),
      shift: () => settled().then(() => seen['layout-shift']
        .filter(({ hadRecentInput }) => !hadRecentInput)
        .reduce((sum, { value }) => sum + value, 0)),
      moved: () => seen['layout-shift'].flatMap(({ value, sources }) => sources.map(({ node, previousRect, currentRect }) =>
        value.toFixed(4) + ' ' + (node?.outerHTML ?? node?.textContent ?? '').slice(0, 100) + ' ' +
        JSON.stringify([previousRect, currentRect]))),
      largest: () => settled().then(() => seen['largest-contentful-paint'].at(-1)?.startTime),
    };
  })()`;

export interface Instruments {
  /** Milliseconds from an event of the page (`click`, `input`, `popstate`) to the frame in which `ready` holds. */
  fromEvent(event: string, ready: string, act: () => Promise<unknown>): Promise<number>;
  /** Milliseconds from the start of the document to that frame. */
  untilReady(ready: string): Promise<number>;
  /** The longest task of the main thread while something is done; 0 when none took 50 ms. */
  longestTask(act: () => Promise<unknown>): Promise<number>;
  /** What tasks took beyond 50 ms each, from the start of the document to this time. */
  blocked(until: number): Promise<number>;
  layoutShift(): Promise<number>;
  largestPaint(): Promise<number>;
  /** Bytes of JavaScript that are still reachable. */
  heap(): Promise<number>;
  /** As on a machine four times slower behind 10 Mbit/s and 40 ms: the plan's P4. */
  slow(): Promise<void>;
  fast(): Promise<void>;
  /** Goes there as a link does, without loading the page anew. */
  go(address: string): Promise<void>;
}

/** Measures what happens in a page. To be called before its first address. */
export async function instrument(page: Page): Promise<Instruments> {
  await page.addInitScript(script);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const ask = (expression: string) => page.evaluate<number>(`instruments.${expression}`);
  return {
    async fromEvent(event, ready, act) {
      await page.evaluate(`instruments.fromEvent('${event}', () => ${ready})`);
      await act();
      return ask('answer');
    },
    untilReady: (ready) => ask(`until(() => ${ready})`),
    async longestTask(act) {
      await page.evaluate('instruments.forget()');
      await act();
      return ask('longest()');
    },
    blocked: (until) => ask(`blocked(${until})`),
    layoutShift: async () => {
      const shift = await ask('shift()');
      if (shift > 0.05) console.log((await page.evaluate<string[]>('instruments.moved()')).join('\n'));
      return shift;
    },
    largestPaint: () => ask('largest()'),
    heap: () => heap(devtools),
    slow: () => throttle(devtools, { rate: 4, latency: 40, bytes: (10 * 1024 * 1024) / 8 }),
    fast: () => throttle(devtools, { rate: 1, latency: 0, bytes: -1 }),
    async go(address) {
      await page.evaluate(
        `history.pushState({}, '', '${address}'); dispatchEvent(new PopStateEvent('popstate'))`,
      );
    },
  };
}

async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}

async function throttle(
  devtools: CDPSession,
  { rate, latency, bytes }: { rate: number; latency: number; bytes: number },
): Promise<void> {
  await devtools.send('Emulation.setCPUThrottlingRate', { rate });
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  });
}
