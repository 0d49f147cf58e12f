import { expect, test } from 'vitest';
import { commandsFor } from './commands.ts';

const at = (address: string) => commandsFor(new URL(address));

test('the commands name the host and port under which the page is seen', () => {
  const commands = at('http://localhost:8080/');

  expect(commands.login).toBe('docker login localhost:8080');
  expect(commands.push[1]).toBe('docker push localhost:8080/library/hello:1.0');
  expect(commands.pull).toBe('docker pull localhost:8080/library/hello:1.0');
});

test("the scheme's own port is left out", () => {
  expect(at('https://registry.example.org:443/').login).toBe('docker login registry.example.org');
});

test.each([
  ['http://localhost:8080/', false],
  ['http://127.0.0.1:8080/', false],
  ['http://[::1]:8080/', false],
  ['https://registry.example.org/', false],
  ['http://registry.example.org/', true],
  ['http://127.0.0.1.example.org/', true],
])('whether docker refuses %s: %s', (address, insecure) => {
  expect(at(address).insecure).toBe(insecure);
});
