import type { Report } from './report.ts';
import type { Row } from './result.ts';

/**
 * One chart for the README: how many times faster than CNCF distribution, on a logarithmic scale, because 1x and 12x
 * must both be readable. Colours follow the reader's scheme; the background stays transparent.
 */

const width = 820;
const labelWidth = 270;
const detailWidth = 175;
const barHeight = 15;
const rowHeight = 21;
const top = 58;
const bottom = 44;
const reference = 'distribution';

interface Bar {
  label: string;
  times: number;
  detail: string;
}

const style = `
  text { font: 12.5px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .quiet { font-size: 11px; fill: #59636e }
  .grid { stroke: #e4e9ee; stroke-width: 1 }
  .even { stroke: #59636e; stroke-width: 1.5 }
  .better { fill: #0b7285 }
  .worse { fill: #c2410c }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .grid { stroke: #262c36 }
    .even { stroke: #9198a1 }
    .better { fill: #22a6b8 }
    .worse { fill: #f0883e }
  }`;

export function chart(report: Report): string {
  const bars = report.rows.flatMap(barOf);
  const height = top + bars.length * rowHeight + bottom;
  const most = Math.max(10, ...bars.map(({ times }) => times));
  const least = Math.min(0.5, ...bars.map(({ times }) => times));
  const scale = (times: number): number =>
    labelWidth + (Math.log(times / least) / Math.log(most / least)) * (width - labelWidth - detailWidth);
  const version = report.servers.find(({ name }) => name === reference)?.version ?? '';
  const marks = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter(
    (mark) => mark >= least && mark <= most,
  );
  const { cpu, cores } = report.machine;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Moorage compared with CNCF distribution">
<style>${style}
</style>
<text class="title" x="12" y="22">Times as fast as CNCF distribution ${escaped(version)}</text>
<text class="quiet" x="12" y="40">Moorage checks tokens and permissions and syncs files, folders and its database; distribution runs open.</text>
${marks.map((mark) => gridLine(mark, scale(mark), height)).join('\n')}
${bars.map((bar, index) => barLine(bar, index, scale)).join('\n')}
<text class="quiet" x="12" y="${height - 8}">${escaped(`${cores} cores of ${cpu}, client and server on one machine, ${report.when.slice(0, 10)}`)}</text>
</svg>
`;
}

function barOf(row: Row): Bar[] {
  const index = row.peers.findIndex(({ peer }) => peer === reference);
  const comparison = row.comparisons[index];
  // Memory and start time are in the table: "times as fast" does not describe them.
  if (comparison === undefined || row.per === '') return [];
  const theirs = row.peers[index]?.value ?? 0;
  return [
    {
      label: row.scenario.replace(/ \(.*\)/, ''),
      times: comparison.times,
      detail: `${short(row.subject.value)} : ${short(theirs)} ${row.unit}`,
    },
  ];
}

function gridLine(mark: number, x: number, height: number): string {
  const end = height - bottom + 4;
  return `<line class="${mark === 1 ? 'even' : 'grid'}" x1="${at(x)}" y1="${top - 6}" x2="${at(x)}" y2="${end}"/><text class="quiet" x="${at(x)}" y="${end + 13}" text-anchor="middle">${mark}x</text>`;
}

function barLine({ label, times, detail }: Bar, index: number, scale: (times: number) => number): string {
  const y = top + index * rowHeight;
  const one = scale(1);
  const end = scale(times);
  const text = y + barHeight - 4;
  const from = Math.min(one, end);
  return `<text x="${labelWidth - 12}" y="${text}" text-anchor="end">${escaped(label)}</text><rect class="${times >= 1 ? 'better' : 'worse'}" x="${at(from)}" y="${y}" width="${at(Math.max(1, Math.abs(end - one)))}" height="${barHeight}" rx="2"/><text x="${at(Math.max(one, end) + 6)}" y="${text}">${times.toFixed(1)}x <tspan class="quiet">${escaped(detail)}</tspan></text>`;
}

function short(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1000)}k`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)}k`;
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

function at(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
