import { makeImage, pushImage, type TestApp, type TestImage } from './app.ts';
import type { HttpAnswer } from './http.ts';

/** A project with one of everything that a path can name, and the ids of all that. */
export interface Place {
  readonly name: string;
  readonly id: number;
  readonly image: TestImage;
  readonly label: number;
  readonly member: number;
  readonly robot: number;
  readonly quota: number;
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request of the control plane; paths are below /api/v2.0 unless they begin with /api/ or /c/. */
export interface Call {
  readonly method: Method;
  readonly path: string;
  readonly body?: object;
  readonly form?: Readonly<Record<string, string>>;
}

export function callApi(
  app: TestApp,
  as: string | undefined,
  call: Call,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const { method, path, body, form } = call;
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const payload = form ? String(new URLSearchParams(form)) : body && JSON.stringify(body);
  return app.send(as, {
    method,
    path: /^\/(api|c)\//.test(path) ? path : `/api/v2.0${path}`,
    headers: { ...headers, ...(payload !== undefined && { 'content-type': type }) },
    ...(payload !== undefined && { body: payload }),
  });
}

/** As the first administrator; fails loudly, for what a test needs before it begins. */
export async function prepare(
  app: TestApp,
  method: Method,
  path: string,
  body?: object,
): Promise<HttpAnswer> {
  const answer = await callApi(app, 'admin', { method, path, ...(body && { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
  return answer;
}

/** The id that an answer's Location ends with. */
export const idIn = ({ headers }: HttpAnswer): number => Number(headers['location']?.split('/').at(-1));

/** `app` holds an image tagged v1, with a label on it; `member` is a guest, `robot` may pull. */
export async function furnish(
  app: TestApp,
  name: string,
  options: { public?: boolean } = {},
): Promise<Place> {
  const id = await app.createProject(name, options);
  const image = makeImage();
  await pushImage(app, 'admin', `${name}/app`, 'v1', image);
  const label = idIn(await prepare(app, 'POST', '/labels', { name: 'own', scope: 'p', project_id: id }));
  await prepare(app, 'POST', `/projects/${name}/repositories/app/artifacts/v1/labels`, { id: label });
  const user_id = await app.createUser(`guest-of-${name}`);
  const member = idIn(
    await prepare(app, 'POST', `/projects/${name}/members`, { role_id: 3, member_user: { user_id } }),
  );
  const { db } = app.database;
  const quota = await db
    .selectFrom('quota')
    .select('id')
    .where('project_id', '=', id)
    .executeTakeFirstOrThrow();
  return { name, id, image, label, member, robot: await makeRobot(app, name, 'own'), quota: quota.id };
}

export async function makeRobot(app: TestApp, project: string, name: string): Promise<number> {
  const access = [{ resource: 'repository', action: 'pull' }];
  const permissions = [{ kind: 'project', namespace: project, access }];
  return idIn(await prepare(app, 'POST', '/robots', { name, duration: 1, level: 'project', permissions }));
}

/** Of tags that nobody uses. */
export const immutableRule = (pattern: string) => ({
  action: 'immutable',
  template: 'immutable_template',
  tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern }],
  scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: 'no-such' }] },
});
