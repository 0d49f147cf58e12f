import type { RequestSpec } from '../load/jobs.ts';
import { median, type Row } from '../result.ts';
import type { Target } from '../target.ts';
import type { Facts } from './facts.ts';
import { figure } from './figures.ts';
import type { Length } from './measure.ts';

const rounds = 5;
const goalMilliseconds = 3;
const goalTimes = 1.5;

/** Ten tags of a repository that has no more, and of one that has very many: a page has to cost the same. */
export async function tagPages(
  target: Target,
  { many, ten }: Facts,
  tags: number,
  { round }: Length,
): Promise<Row[]> {
  const [manyName, tenName] = [many, ten].map(({ project, name }) => `${project}/${name}`);
  const headers = await target.headers(manyName ?? '', tenName ?? '');
  const pages = {
    few: `/v2/${tenName}/tags/list?n=10`,
    first: `/v2/${manyName}/tags/list?n=10`,
    // About half of the tags are called v1.0 to v1.5.
    middle: `/v2/${manyName}/tags/list?n=10&last=v1.5`,
  };
  const found = { few: [0], first: [0], middle: [0] };
  // In turns, so that what else the machine does meets all three.
  for (let turn = 0; turn <= rounds; turn += 1) {
    for (const name of ['few', 'first', 'middle'] as const) {
      const spec: RequestSpec = { method: 'GET', path: pages[name], headers, status: 200, length: 'same' };
      const until = { milliseconds: round / 2 };
      const { latency } = await target.run({
        kind: 'requests',
        port: target.port,
        connections: 1,
        requests: [spec],
        until,
      });
      // The first round warms up.
      if (turn === 0) found[name] = [];
      else found[name].push(latency.p50);
    }
  }
  const most = (name: 'first' | 'middle') =>
    median(found[name].map((value, index) => value / (found.few[index] ?? Number.NaN)));
  const count = tags.toLocaleString('en');
  return [
    figure({ name: 'tags/list?n=10 of 10 tags c1', unit: 'ms', goal: goalMilliseconds }, median(found.few)),
    figure(
      { name: `tags/list?n=10 of ${count} tags c1`, unit: 'ms', goal: goalMilliseconds },
      median(found.first),
    ),
    figure(
      { name: `tags/list?n=10 in the middle of ${count} tags c1`, unit: 'ms', goal: goalMilliseconds },
      median(found.middle),
    ),
    figure(
      { name: `a page of ${count} tags over one of 10`, unit: 'times', goal: goalTimes },
      Math.max(most('first'), most('middle')),
    ),
  ];
}
