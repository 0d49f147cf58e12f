import { isTest, roomOf, type Import, type Module } from './modules.ts';

/**
 * Which way imports may point (ARCHITECTURE.md draws it). A room may import the rooms in `uses`, and of those in
 * `types` only types. `doors` stands for src/features/<x>/index.ts, `everything` for any room but main.ts.
 */
interface Arrows {
  uses: readonly string[];
  types?: readonly string[];
}

/** Every room but these three themselves may import them. */
const everywhere: readonly string[] = ['failures.ts', 'context.ts', 'log.ts'];

const plane = ['doors', 'auth', 'config', 'http', 'storage', 'access', 'events', 'database', 'oci'];

const arrows: Readonly<Record<string, Arrows>> = {
  'failures.ts': { uses: [] },
  'log.ts': { uses: [] },
  'context.ts': { uses: [], types: ['access', 'config', 'database', 'log.ts'] },
  access: { uses: [] },
  oci: { uses: [] },
  config: { uses: [], types: ['storage'] },
  database: { uses: ['oci'], types: ['config'] },
  storage: { uses: ['oci'] },
  events: { uses: ['access', 'database'] },
  outgoing: { uses: ['oci'] },
  jobs: { uses: ['access', 'database'] },
  // A lost database is a 503 and not a 500: http asks database which errors mean that.
  http: { uses: ['access', 'oci', 'database'] },
  // Who is asking, and how passwords and names are kept, concerns both planes; auth knows neither of them.
  auth: { uses: ['http', 'access', 'database', 'oci', 'outgoing'] },
  features: { uses: [...plane, 'jobs', 'outgoing'] },
  registry: { uses: plane },
  processes: { uses: ['app.ts', 'auth', 'config', 'database'] },
  cli: { uses: ['processes', 'doors', 'auth', 'config', 'database', 'storage', 'access', 'oci'] },
  'app.ts': { uses: ['everything'] },
  'main.ts': { uses: ['everything'] },
};

export function arrowViolations(modules: readonly Module[]): string[] {
  return modules
    .filter((module) => !isTest(module.path))
    .flatMap((module) =>
      module.imports.flatMap((imported) => {
        const reason = refusal(module.path, imported);
        return reason === undefined ? [] : [`${module.path} imports ${imported.specifier}: ${reason}`];
      }),
    );
}

function refusal(from: string, { file, specifier, typeOnly }: Import): string | undefined {
  if (file === undefined) return undefined;
  if (isTest(file) || file.startsWith('test/')) return 'only tests import tests';
  if (file === 'package.json' && roomOf(from) === 'config') return undefined;
  if (!file.startsWith('src/')) return 'src/ imports nothing outside src/';

  const [room, target] = [roomOf(from), roomOf(file)];
  if (room === target) return specifier.startsWith('#') ? 'inside a room imports are relative' : undefined;
  if (from === 'src/features/index.ts' && isListed(file)) return undefined;
  if (!specifier.startsWith('#')) return 'across rooms imports go through #src/';

  const allowed = arrows[room.startsWith('features') ? 'features' : room];
  if (allowed === undefined)
    return `the room ${room} has no arrows yet; add it to test/architecture/arrows.ts`;
  if (allowed.uses.includes('everything')) return target === 'main.ts' ? 'nobody imports main.ts' : undefined;
  if (everywhere.includes(target) && !everywhere.includes(room)) return undefined;
  if (target.startsWith('features')) return throughDoor(allowed, file);
  if (allowed.uses.includes(target)) return undefined;
  if (!allowed.types?.includes(target)) return `${room} may not import ${target}`;
  return typeOnly ? undefined : `${room} may import only types from ${target}`;
}

/** src/features/index.ts lists every route and job, and nothing else of a feature. */
function isListed(file: string): boolean {
  return /^src\/features\/[^/]+\/(index|[^/]+\.routes|[^/]+\.job)\.ts$/.test(file);
}

function throughDoor(allowed: Arrows, file: string): string | undefined {
  if (!allowed.uses.includes('doors')) return 'this room knows no feature';
  return /^src\/features\/[^/]+\/index\.ts$/.test(file)
    ? undefined
    : 'a feature is entered through its index.ts';
}

/** What opens connections. Types of these modules are free, and so is what only serves. */
const networking = /^(node:)?(https?|http2|net|tls|dns|dns\/promises|dgram)$/;

/**
 * Who may: the client for calls to whoever users name (R3), the S3 client, and the forwarding of the audit log, whose
 * receiver only the system administrator names. src/http listens.
 */
const connecting: readonly RegExp[] = [
  /^src\/outgoing\//,
  /^src\/storage\//,
  /^src\/http\//,
  /^src\/features\/audit\/delivery\.ts$/,
  /^src\/features\/configuration\/forward-endpoint\.ts$/,
];

/** Connections that go past src/outgoing. `isIPv6` of node:net connects nothing. */
export function outgoingViolations(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => !isTest(path) && !connecting.some((place) => place.test(path)))
    .flatMap(({ path, text, imports }) =>
      imports
        .filter(({ specifier, typeOnly }) => !typeOnly && networking.test(specifier))
        .filter(({ specifier }) => !text.includes(`import { isIPv6 } from '${specifier}'`))
        .map(
          ({ specifier }) => `${path} imports ${specifier}: connections to others are made by src/outgoing`,
        ),
    );
}

/** Imports of portal/: of the server only types, and only of contracts and the permission table. */
export function portalViolations(modules: readonly Module[]): string[] {
  const open = /^src\/(features\/[^/]+\/[^/]+\.contract|access\/permissions)\.ts$/;
  return modules.flatMap((module) =>
    module.imports
      .filter(({ file }) => file !== undefined && !file.startsWith('portal/'))
      .filter(({ file, typeOnly }) => !typeOnly || !open.test(file ?? ''))
      .map(
        ({ specifier }) => `${module.path} imports ${specifier}: the portal takes only types of contracts`,
      ),
  );
}
