/** One real server for a file of client tests, and the few API calls that set the scene. */
import { startServer } from './server.ts';

export interface Credentials {
  user: string;
  password: string;
}

export interface Registry {
  /** `127.0.0.1:PORT`, the form clients want. */
  host: string;
  url: string;
  admin: Credentials;
  stop(): Promise<void>;
}

/** `env` is added to the server's environment. */
export async function startRegistry(env: Record<string, string> = {}): Promise<Registry> {
  const server = await startServer({ env });
  return {
    host: `127.0.0.1:${server.port}`,
    url: server.url,
    admin: { user: 'admin', password: server.adminPassword },
    async stop() {
      await server.stop();
    },
  };
}

/** An API call as the admin that has to succeed; the body of the answer, or undefined when there is none. */
export async function call(
  registry: Registry,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { user, password } = registry.admin;
  const response = await fetch(`${registry.url}/api/v2.0${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

export async function createProject(registry: Registry, name: string, options: { public: boolean }) {
  await call(registry, 'POST', '/projects', {
    project_name: name,
    metadata: { public: String(options.public) },
  });
}

/** Harbor's numbers for the roles of a project. */
export const roles = { projectAdmin: 1, developer: 2, guest: 3, maintainer: 4, limitedGuest: 5 } as const;

/** A user of the local database, member of one project. */
export async function createMember(
  registry: Registry,
  project: string,
  user: string,
  role: keyof typeof roles,
): Promise<Credentials> {
  const password = 'Only4ThisTest';
  await call(registry, 'POST', '/users', {
    username: user,
    password,
    email: `${user}@example.test`,
    realname: user,
    comment: '',
  });
  await call(registry, 'POST', `/projects/${project}/members`, {
    role_id: roles[role],
    member_user: { username: user },
  });
  return { user, password };
}

/** A robot account of one project that never expires. */
export async function createRobot(
  registry: Registry,
  project: string,
  name: string,
  actions: readonly ('pull' | 'push' | 'delete')[],
): Promise<Credentials> {
  const robot = (await call(registry, 'POST', '/robots', {
    name,
    description: 'client tests',
    duration: -1,
    level: 'project',
    disable: false,
    permissions: [
      {
        kind: 'project',
        namespace: project,
        access: actions.map((action) => ({ resource: 'repository', action })),
      },
    ],
  })) as { name: string; secret: string };
  return { user: robot.name, password: robot.secret };
}
