import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { fileNameOf, fileOf, shellQuoted, type SnippetKind, snippetKinds, snippetOf } from './snippets.ts';

const robot = { host: 'registry.example:8443', name: 'robot$team+ci', secret: 'Ab3$HOME`id`' };
const hostile = { host: robot.host, name: `o'brien$(id)"x: # \\`, secret: `p'"$\`!\\ #: {{x}}` };

const toRun = (kind: SnippetKind, of = robot) => (snippetOf(kind, of).run ?? []).join('\n');
const toFile = (kind: SnippetKind, of = robot) => (snippetOf(kind, of).file ?? []).join('\n');

/** What a shell makes of it: programs are replaced by one that prints what it is given. */
function run(script: string): string {
  const programs = ['docker', 'podman', 'helm', 'kubectl', 'gh', 'glab'];
  const traced = programs.map((name) => `${name}() { printf '<%s>' ${name} "$@"; cat; }`).join('\n');
  return execFileSync('sh', ['-c', `${traced}\n${script}`], { encoding: 'utf8', input: '', env: {} });
}

test.each(['', 'a', "'", "it's", '$x `y` "z" \\', '-n', '!!'])(
  'a shell reads %j back from its quotes',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellQuoted(word)}`], { encoding: 'utf8' })).toBe(word);
  },
);

describe.each([robot, hostile])('for $name', (one) => {
  test.each([
    ['docker', '<docker><login>'],
    ['podman', '<podman><login>'],
    ['helm', '<helm><registry><login>'],
  ] as const)('%s gets the name as an argument and the secret from its input', (kind, start) => {
    const heard = run(toRun(kind, one));

    expect(heard).toBe(`${start}<${one.host}><--username><${one.name}><--password-stdin>${one.secret}`);
  });

  test('kubectl gets host, name and secret', () => {
    expect(run(toRun('kubectl', one))).toContain(
      `<--docker-server=${one.host}><--docker-username=${one.name}><--docker-password=${one.secret}>`,
    );
  });

  test('the configuration of docker holds both, and so does the secret of Kubernetes', () => {
    const config = JSON.parse(toFile('dockerConfig', one));
    const secret = parse(toFile('kubernetesYaml', one));

    const auth = Buffer.from(config.auths[one.host].auth, 'base64').toString();
    expect(auth).toBe(`${one.name}:${one.secret}`);
    expect(JSON.parse(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString())).toEqual(config);
    expect(secret.metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
  });

  test('GitHub Actions reads host and name, and takes the secret from where it was put', () => {
    const [step] = parse(toFile('githubActions', one));

    expect(step.with).toEqual({
      registry: one.host,
      username: one.name,
      password: '${{ secrets.REGISTRY_SECRET }}',
    });
    expect(run(toRun('githubActions', one))).toBe(`<gh><secret><set><REGISTRY_SECRET>${one.secret}`);
  });

  test('GitLab CI runs the login, and gets the secret as it is', () => {
    const { before_script } = parse(toFile('gitlabCi', one));

    expect(run(`REGISTRY_SECRET=${shellQuoted(one.secret)}\n${before_script[0]}`)).toBe(
      `<docker><login><${one.host}><--username><${one.name}><--password-stdin>${one.secret}`,
    );
    expect(run(toRun('gitlabCi', one))).toContain(`<--raw>${one.secret}`);
  });
});

test('every way of using a robot has something to run or a file', () => {
  expect(snippetKinds.filter((kind) => toRun(kind) + toFile(kind) === '')).toEqual([]);
});

test('what is checked in with a pipeline does not hold the secret', () => {
  const checkedIn = (['githubActions', 'gitlabCi'] as const).map((kind) => toFile(kind)).join();

  expect(checkedIn).not.toContain(robot.secret.slice(0, 4));
});

test('the file has a name without anything that a system might refuse', () => {
  expect(fileNameOf('robot$team+ci')).toBe('robot-team-ci.json');
  expect(fileNameOf('../a/b')).toBe('..-a-b.json');
  expect(JSON.parse(fileOf(robot, undefined))).toEqual({
    registry: robot.host,
    name: robot.name,
    secret: robot.secret,
  });
});
