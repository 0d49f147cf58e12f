import { describe } from './describe.ts';

/** What a row of the log says to somebody far away. */
export interface ForwardedRow {
  readonly id: number;
  readonly op_time: Date;
  readonly username: string;
  readonly operation: string;
  readonly resource_type: string;
  readonly resource: string;
  readonly project_id: number | null;
  readonly operation_result: boolean;
  readonly client_address: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** Harbor: facility kern, severity info, tag `audit`; rules of receivers go by them. */
const priority = 6;
const tag = 'audit';

/** RFC 5425 asks receivers for 8192 bytes, and many datagram receivers take no more. */
const longestMessage = 8_000;

/**
 * One message of RFC 5424: header, no structured data, and the row as one line of JSON. All of it is printable
 * ASCII, so no name that somebody chose can end a line, colour a terminal or break a parser (G-65).
 */
export function syslogMessage(row: ForwardedRow, host: string): string {
  const header = `<${priority}>1 ${row.op_time.toISOString()} ${word(host, 255)} ${tag} - ${word(`${row.operation}_${row.resource_type}`, 32)} - `;
  const whole = header + ascii(fields(row));
  return whole.length <= longestMessage ? whole : header + ascii({ ...fields(row), detail: 'cut' });
}

/** Octet counting (RFC 6587, RFC 5425): what is inside can never be taken for the end of a message. */
export function framed(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** Harbor's names where its forwarded lines have them. */
function fields(row: ForwardedRow): Record<string, unknown> {
  return {
    id: row.id,
    time: row.op_time.toISOString(),
    operator: row.username,
    operation: row.operation,
    resourceType: row.resource_type,
    resource: row.resource,
    operation_description: describe(row),
    operation_result: row.operation_result,
    project_id: row.project_id,
    client_address: row.client_address,
    detail: row.detail,
  };
}

function ascii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A field of the header: printable ASCII without blanks, `-` when nothing is left. */
function word(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, longest) || '-';
}
