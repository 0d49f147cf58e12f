import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsed } from './receivers.fixture.ts';
import { type ForwardedRow, framed, syslogMessage } from './syslog.ts';

const row: ForwardedRow = {
  id: 7,
  op_time: new Date('2026-07-01T10:20:30.405Z'),
  username: 'ada',
  operation: 'create',
  resource_type: 'artifact',
  resource: 'library/hello:1.0',
  project_id: 1,
  operation_result: true,
  client_address: '192.0.2.1',
  detail: { digest: 'sha256:00' },
};

test('a row is a message of RFC 5424 with one line of JSON', () => {
  const { header, row: said } = parsed(syslogMessage(row, 'registry-1'));

  expect(header).toEqual([
    '<6>1',
    '2026-07-01T10:20:30.405Z',
    'registry-1',
    'audit',
    '-',
    'create_artifact',
    '-',
  ]);
  expect(said).toEqual({
    id: 7,
    time: '2026-07-01T10:20:30.405Z',
    operator: 'ada',
    operation: 'create',
    resourceType: 'artifact',
    resource: 'library/hello:1.0',
    operation_description: 'create artifact library/hello:1.0 (digest sha256:00)',
    operation_result: true,
    project_id: 1,
    client_address: '192.0.2.1',
    detail: { digest: 'sha256:00' },
  });
});

test('G-65: whatever a name holds, a message is printable ASCII and says the same', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });

  fc.assert(
    fc.property(text, text, text, (username, resource, host) => {
      const message = syslogMessage({ ...row, username, resource, detail: { [username]: resource } }, host);

      expect(message).toMatch(/^[\x20-\x7e]*$/);
      expect(parsed(message).row).toMatchObject({ operator: username, resource });
    }),
    { numRuns: 1000 },
  );
});

test('G-65: line ends and escape codes do not end a frame', () => {
  const message = syslogMessage({ ...row, username: 'ada\r\n<6>1 forged \u001b[31m' }, 'host name\n');

  expect(framed(message)).toBe(`${message.length} ${message}`);
  expect(parsed(message).header[2]).toBe('hostname');
});

test('S-053: a message stays within what receivers take', () => {
  const message = syslogMessage({ ...row, detail: { much: 'é'.repeat(4_000) } }, 'host');

  expect(message.length).toBeLessThan(8_000);
  expect(parsed(message).row['detail']).toBe('cut');
});
