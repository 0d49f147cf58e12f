import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Exit codes of `moorage verify`. */
const agrees = 0;
const differs = 3;

export interface VerifyLine {
  kind: string;
  subject?: string;
  detail?: string;
  repaired?: string;
}

/**
 * Runs `moorage verify` on an installation, beside its server or without, and returns every difference. Content
 * that no row names is left out: it is what a crash between content and row may leave, for collection later.
 */
export async function verifyInstallation(
  env: Record<string, string>,
  options: { repair?: boolean } = {},
): Promise<VerifyLine[]> {
  const { code, stdout, stderr } = await runVerify(env, options.repair ? ['--repair'] : []);
  const lines = stdout
    .split('\n')
    .filter((line) => line.startsWith('{"kind"'))
    .map((line) => JSON.parse(line) as VerifyLine);
  const report = lines.find(({ kind }) => kind === 'report');
  if ((code !== agrees && code !== differs) || report === undefined) {
    throw new Error(`moorage verify ended with exit code ${code}:\n${stdout}\n${stderr}`);
  }
  return lines.filter(({ kind }) => kind !== 'report' && kind !== 'unreferenced-object');
}

function runVerify(
  env: Record<string, string>,
  flags: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('MOORAGE_') && name !== 'NODE_OPTIONS',
  );
  const args = [join(root, 'src/cli/main.ts'), 'verify', '--json', '--grace', '0', ...flags];
  return new Promise((resolve) => {
    execFile(
      join(root, 'node_modules/node/bin/node'),
      args,
      { cwd: root, env: { ...Object.fromEntries(inherited), ...env }, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? -1);
        resolve({ code, stdout, stderr });
      },
    );
  });
}
