import { type Program, program } from './program.ts';
import { startTestApp, type TestApp } from './app.ts';

export interface TerraformWorld {
  readonly app: TestApp;
  readonly provider: Program;
  /** The path of a private project `team`, below /api/v2.0. */
  readonly project: string;
  /** Its id. */
  readonly number: number;
}

/** A server as Harbor's Terraform provider finds it, with a project `team` and a user `ada`. */
export async function startTerraformWorld(): Promise<TerraformWorld> {
  const app = await startTestApp();
  // It names the type of a body with every request, also with one that has none.
  const provider = program(app, { 'content-type': 'application/json' });
  const project = await provider.made('/projects', { project_name: 'team', metadata: { public: 'false' } });
  await app.createUser('ada');
  return { app, provider, project, number: Number(project.split('/').at(-1)) };
}

/** Go's zero times, with which it fills what it has no value for. */
export const never = { creation_time: '0001-01-01T00:00:00Z', update_time: '0001-01-01T00:00:00Z' };
