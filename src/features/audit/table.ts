import type { AuditRow } from './audit.store.ts';
import { presentExt } from './present.ts';

const columns = [
  'id',
  'op_time',
  'username',
  'operation',
  'resource_type',
  'resource',
  'operation_result',
  'operation_description',
] as const;

/** RFC 4180. */
export async function* asCsv(batches: AsyncIterable<AuditRow[]>): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for await (const rows of batches) {
    yield rows
      .map((row) => {
        const shown = presentExt(row);
        return `${columns.map((column) => cell(shown[column])).join(',')}\r\n`;
      })
      .join('');
  }
}

/** An array with one row a line. */
export async function* asJson(batches: AsyncIterable<AuditRow[]>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const rows of batches) {
    yield before + rows.map((row) => JSON.stringify(presentExt(row))).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/**
 * Spreadsheets take a cell that begins with one of these for a formula, and names in the log are made by those whom it
 * tells of: an apostrophe makes it text (OWASP, CSV injection).
 */
export function cell(value: string | number | boolean | undefined): string {
  const text = String(value ?? '');
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
