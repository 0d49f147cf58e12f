import { expect, test } from 'vitest';
import { announcement } from './announcement.ts';

const usual = { version: '1.2.3', url: 'https://registry.example.com:8443', data: '/data' };

test('it gives the address and the line that logs docker in', () => {
  const text = announcement(usual);

  expect(text).toContain('Moorage 1.2.3 serves at https://registry.example.com:8443');
  expect(text).toContain('docker login registry.example.com:8443 --username admin');
  expect(text).not.toContain('password');
});

test('a password that was made by chance is shown', () => {
  expect(announcement({ ...usual, adminPassword: 'Abc-123' })).toContain('Abc-123');
});
