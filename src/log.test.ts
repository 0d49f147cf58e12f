import { expect, test } from 'vitest';
import { withoutSecrets } from './log.ts';

test('G-69: what is called a secret does not reach a line, also inside an object', () => {
  const line = { id: '1', password: 'a', user: { name: 'ann', token: 'b' }, list: [{ secret: 'c' }] };

  const clean = withoutSecrets(line);

  expect(clean).toMatchObject({ id: '1', password: '[secret]', user: { name: 'ann', token: '[secret]' } });
  expect(line.password).toBe('a');
});

test('a line without secrets is passed on as it is', () => {
  const line = { id: '1', status: 200 };

  expect(withoutSecrets(line)).toBe(line);
});
