import { randomBytes } from 'node:crypto';
import type { Span } from '#src/oci/range.ts';

export const contentRange = ({ start, end }: Span, size: number): string => `bytes ${start}-${end}/${size}`;

/** A multipart/byteranges answer (RFC 9110 section 14.6): the head before each part and the closing line. */
export function multipartBody(ranges: readonly Span[], size: number) {
  const boundary = randomBytes(16).toString('hex');
  const parts = ranges.map((span, index) => ({
    span,
    head: `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: ${contentRange(span, size)}\r\n\r\n`,
  }));
  const closing = `\r\n--${boundary}--\r\n`;
  const length = parts.reduce(
    (sum, { head, span }) => sum + head.length + span.end - span.start + 1,
    closing.length,
  );
  return {
    headers: { 'Content-Type': `multipart/byteranges; boundary=${boundary}`, 'Content-Length': length },
    parts,
    closing,
  };
}
