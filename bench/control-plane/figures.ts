import { type Figure, figureRow, type Row, sideOf } from '../result.ts';
import type { Measured } from './measure.ts';

export const controlPlaneName = 'control plane';

const goalShare = 90;
const goalTogether = 10;
const goalAlone = 50;

export function figuresOf(operations: Measured[], variants: Measured[]): Row[] {
  const share = (pick: (one: Measured) => number) =>
    (operations.filter((one) => pick(one) < goalTogether).length / operations.length) * 100;
  const firstPages = [...operations, ...variants].filter(({ operation }) => !operation.includes(', page '));
  const slowest = Math.max(...firstPages.map(({ alone }) => alone.p90));
  return [
    figure(
      { name: `reads under ${goalTogether} ms (median) c16`, unit: '%', least: goalShare },
      share((one) => one.together.p50),
    ),
    figure(
      { name: `reads under ${goalTogether} ms (90 of 100) c16`, unit: '%' },
      share((one) => one.together.p90),
    ),
    figure({ name: 'slowest page 1 of the API c1', unit: 'ms', goal: goalAlone }, slowest),
  ];
}

export function figure(of: Figure, value: number): Row {
  const round = { value, cpu: 0, userCpu: 0, p50: 0, p99: 0, foreign: 0 };
  return figureRow({ ...of, name: `${controlPlaneName}: ${of.name}` }, sideOf('moorage', [round]), []);
}
