import { expect, test } from 'vitest';
import { commandsFor } from './commands.ts';

const at = (address: string) => commandsFor(new URL(address), 'team');

test('the commands name the project, and the host and port under which the page is seen', () => {
  const commands = at('http://localhost:8080/');

  expect(commands.login).toBe('docker login localhost:8080');
  expect(commands.push[1]).toBe('docker push localhost:8080/team/hello:1.0');
});

test("the scheme's own port is left out", () => {
  expect(at('https://registry.example.org:443/').login).toBe('docker login registry.example.org');
});
