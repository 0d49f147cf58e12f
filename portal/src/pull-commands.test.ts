import { expect, test } from 'vitest';
import {
  clientsFor,
  dockerfileLine,
  kubernetesLine,
  loginCommand,
  preferClient,
  preferredClient,
  pullCommand,
  pushCommands,
  registryAt,
  type Client,
} from './pull-commands.ts';

const secure = registryAt(new URL('https://registry.example.org:443/'));
const plain = registryAt(new URL('http://localhost:8080/'));
const digest = `sha256:${'a'.repeat(64)}`;
const repository = 'team/api/server';

const storageOf = (value: string | null) => ({ getItem: () => value });

test.each<[Client, string, string]>([
  ['docker', 'docker pull', 'docker pull'],
  ['podman', 'podman pull', 'podman pull --tls-verify=false'],
  ['nerdctl', 'nerdctl pull', 'nerdctl --insecure-registry pull'],
  ['crictl', 'crictl pull', 'crictl pull'],
  ['oras', 'oras pull', 'oras pull --plain-http'],
])('%s pulls by tag, and is told when nothing is encrypted', (client, encrypted, open) => {
  const wanted = { repository, tag: '1.2' };

  expect(pullCommand(client, secure, wanted)).toBe(`${encrypted} registry.example.org/team/api/server:1.2`);
  expect(pullCommand(client, plain, wanted)).toBe(`${open} localhost:8080/team/api/server:1.2`);
});

test('what has no tag is pulled by its digest', () => {
  expect(pullCommand('docker', secure, { repository, digest })).toBe(
    `docker pull registry.example.org/team/api/server@${digest}`,
  );
});

test.each([
  ['1.0.0', 'oci://registry.example.org/team/chart --version 1.0.0'],
  ['v1.0.0-rc.1_build.5', 'oci://registry.example.org/team/chart --version v1.0.0-rc.1+build.5'],
])('the tag %s of a chart is pulled as Helm wants it', (tag, expected) => {
  expect(pullCommand('helm', secure, { repository: 'team/chart', tag })).toBe(`helm pull ${expected}`);
});

test('a tag that is no version is nothing for Helm', () => {
  expect(pullCommand('helm', secure, { repository: 'team/chart', tag: 'latest' })).toBe(undefined);
});

test('a chart is pulled by its digest too', () => {
  expect(pullCommand('helm', plain, { repository: 'team/chart', digest })).toBe(
    `helm pull --plain-http oci://localhost:8080/team/chart@${digest}`,
  );
});

test('the platform is named by those clients that know the flag', () => {
  const wanted = { repository, tag: '1', platform: 'linux/arm64/v8' };

  expect(pullCommand('docker', secure, wanted)).toContain('pull --platform linux/arm64/v8 registry');
  expect(pullCommand('crictl', secure, wanted)).not.toContain('platform');
  expect(dockerfileLine(secure, wanted)).toBe(
    'FROM --platform=linux/arm64/v8 registry.example.org/team/api/server:1',
  );
});

test.each(['linux/amd64; rm -rf ~', 'linux/$(id)', '--config/x', 'linux', 'a/b/c/d', 'linux/amd64\nid'])(
  'a platform that is none stays out of the command: %j',
  (platform) => {
    expect(pullCommand('docker', secure, { repository, tag: '1', platform })).toBe(
      'docker pull registry.example.org/team/api/server:1',
    );
  },
);

test('manifests of Kubernetes name the reference', () => {
  expect(kubernetesLine(plain, { repository, digest })).toBe(
    `image: localhost:8080/team/api/server@${digest}`,
  );
});

test('images are tagged and pushed', () => {
  expect(pushCommands('docker', plain, { repository, tag: '2.0' })).toEqual([
    'docker tag server:latest localhost:8080/team/api/server:2.0',
    'docker push localhost:8080/team/api/server:2.0',
  ]);
  expect(pushCommands('podman', plain, { repository })[1]).toBe(
    'podman push --tls-verify=false localhost:8080/team/api/server:1.0',
  );
});

test('a chart is pushed beside its name', () => {
  expect(pushCommands('helm', secure, { repository: 'team/charts/app' })).toEqual([
    'helm package app/',
    'helm push app-1.0.0.tgz oci://registry.example.org/team/charts',
  ]);
});

test('what cannot push is replaced by what can', () => {
  expect(pushCommands('crictl', secure, { repository })[1]).toMatch(/^docker push /);
});

test('everybody signs in first', () => {
  expect(loginCommand('docker', plain)).toBe('docker login localhost:8080');
  expect(loginCommand('helm', plain)).toBe('helm registry login --plain-http localhost:8080');
});

test.each([
  ['IMAGE', 'podman', 'podman'],
  ['IMAGE', 'helm', 'docker'],
  ['IMAGE', 'nonsense', 'docker'],
  ['CHART', 'podman', 'helm'],
  ['CHART', 'oras', 'oras'],
  ['CNAI', null, 'oras'],
  [undefined, 'docker', 'oras'],
])('of %s, who prefers %s is shown %s', (type, preferred, shown) => {
  expect(preferredClient(type, storageOf(preferred))).toBe(shown);
  expect(clientsFor(type)).toContain(shown);
});

test('what is preferred is remembered', () => {
  const kept = new Map<string, string>();

  preferClient('podman', { setItem: (key, value) => kept.set(key, value) });

  expect(preferredClient('IMAGE', { getItem: (key) => kept.get(key) ?? null })).toBe('podman');
});
