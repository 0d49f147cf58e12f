import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Principal } from '#src/access/principal.ts';
import { HandClock } from './clock.fixture.ts';
import { signingKeyOf } from './signing-key.ts';
import { Tokens } from './tokens.ts';

const newKey = () => signingKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const ada: Principal = { kind: 'user', id: 3, name: 'ada', sysadmin: false, roles: new Map() };
const nginx = { type: 'repository', name: 'library/nginx', actions: ['pull', 'push'] };

function arrange() {
  const clock = new HandClock();
  const key = newKey();
  return { clock, key, tokens: new Tokens(key, { clock }) };
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

test('claims and header are those of Harbor, and name the holder by id', async () => {
  const { clock, key, tokens } = arrange();

  const issued = await tokens.issue(ada, [nginx], 1800);

  const now = clock.now() / 1000;
  const header = JSON.parse(Buffer.from(issued.token.split('.')[0] ?? '', 'base64url').toString()) as unknown;
  expect(header).toEqual({ alg: 'ES256', kid: key.kid, typ: 'JWT' });
  expect(claimsOf(issued.token)).toEqual({
    iss: 'harbor-token-issuer',
    sub: 'ada',
    aud: 'harbor-registry',
    exp: now + 1800,
    nbf: now,
    iat: now,
    jti: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/),
    access: [nginx],
    holder: 'user:3:0',
  });
  expect(issued).toMatchObject({ issuedAt: new Date(clock.now()), expiresIn: 1800 });
});

test('a token says what it allows, for the first and for the hundredth time', async () => {
  const { clock, tokens } = arrange();
  const { token } = await tokens.issue(
    ada,
    [nginx, { type: 'registry', name: 'catalog', actions: ['*'] }],
    1800,
  );

  const answers = Array.from({ length: 100 }, () => tokens.verify(token));

  const now = clock.now() / 1000;
  const expected = {
    subject: 'ada',
    holder: { kind: 'user', id: 3, epoch: 0 },
    access: new Map([['library/nginx', new Set(['pull', 'push'])]]),
    catalog: true,
    issuedAt: now,
    expiresAt: now + 1800,
  };
  expect(answers).toEqual(Array.from({ length: 100 }, () => expected));
});

test('G-80: two accounts of one name have different tokens', async () => {
  const { tokens } = arrange();

  const first = tokens.verify((await tokens.issue(ada, [], 60)).token);
  const second = tokens.verify((await tokens.issue({ ...ada, id: 4 }, [], 60)).token);

  expect([first?.holder, second?.holder]).toEqual([
    { kind: 'user', id: 3, epoch: 0 },
    { kind: 'user', id: 4, epoch: 0 },
  ]);
});

test('robots and nobody have tokens too', async () => {
  const { tokens } = arrange();
  const robot: Principal = {
    kind: 'robot',
    id: 9,
    name: 'robot$x',
    level: 'system',
    projectId: null,
    grants: [],
  };

  const ofRobot = tokens.verify((await tokens.issue(robot, [], 60)).token);
  const ofNobody = tokens.verify((await tokens.issue({ kind: 'anonymous' }, [], 60)).token);

  expect([ofRobot?.subject, ofRobot?.holder]).toEqual(['robot$x', { kind: 'robot', id: 9, epoch: 0 }]);
  expect([ofNobody?.subject, ofNobody?.holder]).toEqual(['', { kind: 'anonymous' }]);
});

test.each([
  ['never seen before', false],
  ['seen before', true],
])('G-48: a token %s is good until 60 s after its end and not longer', async (_, seen) => {
  const { clock, key, tokens } = arrange();
  const { token } = await tokens.issue(ada, [], 1800);
  const verify = () => (seen ? tokens : new Tokens(key, { clock })).verify(token);
  tokens.verify(token);

  clock.advance(1_859_000);
  const last = verify();
  clock.advance(1_000);
  const late = verify();

  expect([last?.subject, late]).toEqual(['ada', undefined]);
});

test("G-48: another replica's clock may be 60 s ahead, not more", async () => {
  const { key, clock, tokens } = arrange();
  const ahead = new HandClock();
  ahead.advance(60_000);
  const farAhead = new HandClock();
  farAhead.advance(61_000);

  const near = await new Tokens(key, { clock: ahead }).issue(ada, [], 60);
  const far = await new Tokens(key, { clock: farAhead }).issue(ada, [], 60);

  expect([tokens.verify(near.token) !== undefined, tokens.verify(far.token)]).toEqual([true, undefined]);
  expect(clock.now()).toBeLessThan(ahead.now());
});

test('G-46: after a change of keys earlier tokens stay good, and tokens of a key never known are not', async () => {
  const [older, newer, foreign] = [newKey(), newKey(), newKey()];
  const { token } = await new Tokens(older).issue(ada, [], 60);

  const known = new Tokens(newer, { earlier: [older] }).verify(token);
  const unknown = new Tokens(newer, { earlier: [foreign] }).verify(token);

  expect([known?.subject, unknown]).toEqual(['ada', undefined]);
});

test('verified tokens take at most 8 MiB, however many there are', async () => {
  const { tokens } = arrange();

  for (let i = 0; i < 4000; i++) {
    const name = `library/${i}-${'x'.repeat(200)}`;
    tokens.verify((await tokens.issue(ada, [{ ...nginx, name }], 1800)).token);
  }

  expect(tokens.kept.bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(tokens.kept.tokens).toBeGreaterThan(1000);
});

test('refused tokens are not kept', () => {
  const { tokens } = arrange();

  for (let i = 0; i < 1000; i++) tokens.verify(`a.b.${i}`);

  expect(tokens.kept).toEqual({ tokens: 0, bytes: 0 });
});

test('a key of another curve is refused at start', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });

  expect(() => signingKeyOf(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })))).toThrow(
    'P-256',
  );
});
