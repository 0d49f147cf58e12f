import { parseArgs } from 'node:util';
import { loadSettings } from '#src/config/load.ts';
import { SettingsError } from '#src/config/problems.ts';
import { Failure } from '#src/failures.ts';
import { createLogger } from '#src/log.ts';
import { adminResetPassword } from './admin.ts';
import { type Command, exitCodes, UsageError, type Values } from './command.ts';
import { gcCommand } from './gc.ts';
import { jobsCommands } from './jobs.ts';
import { retentionPreview } from './retention.ts';
import { configPrint, migrateCommand, serveCommand, versionCommand } from './simple.ts';
import { verifyCommand } from './verify.ts';

const commands: readonly Command[] = [
  serveCommand,
  migrateCommand,
  verifyCommand,
  gcCommand,
  retentionPreview,
  ...jobsCommands,
  adminResetPassword,
  configPrint,
  versionCommand,
];

const shared = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Finds the command, reads its options and the settings, runs it. Returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => args[index] === word));
  if (!command) return overview(args);
  try {
    const { values, word } = read(command, args.slice(command.name.split(' ').length));
    if (values['help'] === true) {
      process.stdout.write(`${helpOf(command)}\n`);
      return exitCodes.done;
    }
    const configFile = values['config'];
    const { settings, warnings } = loadSettings({
      configFile: typeof configFile === 'string' ? configFile : undefined,
    });
    const log = createLogger({
      level: settings.logLevel === 'info' ? 'warn' : settings.logLevel,
      format: settings.logFormat,
      stderr: true,
    });
    return await command.run({ values, word, settings, warnings, log });
  } catch (error) {
    return failed(command, error);
  }
}

function read(command: Command, args: string[]): { values: Values; word: string } {
  try {
    const options = { ...shared, ...command.options };
    const { values, positionals } = parseArgs({
      args,
      options,
      strict: true,
      allowPositionals: command.word !== undefined,
    });
    const [word = '', ...others] = positionals;
    if (others.length > 0) throw new Error(`it takes one ${command.word}, not ${positionals.join(' ')}`);
    if (command.word !== undefined && word === '' && values['help'] !== true)
      throw new Error(`the ${command.word} is missing`);
    return { values, word };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function failed(command: Command, error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`moorage ${command.name}: ${error.message}\n\n${helpOf(command)}\n`);
    return exitCodes.usage;
  }
  const known = error instanceof SettingsError || error instanceof Failure;
  const cause =
    error instanceof Error && error.cause instanceof Error && !known ? ` (${error.cause.message})` : '';
  process.stderr.write(
    `moorage ${command.name}: ${error instanceof Error ? error.message : String(error)}${cause}\n`,
  );
  return error instanceof SettingsError ? exitCodes.usage : exitCodes.failed;
}

function helpOf({ name, word, help }: Command): string {
  return `Usage: moorage ${name}${word === undefined ? '' : ` ${word}`} [options]\n\n${help}\n\n  --config FILE  settings from this YAML file (Harbor's harbor.yml works too); environment variables win\n  --help         this text`;
}

function overview(args: readonly string[]): number {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(22)}${summary}`);
  const text = [
    'Moorage: a registry for container images and every other OCI artifact',
    '',
    'Usage: moorage COMMAND [options]',
    '',
    ...rows,
    '',
    'moorage COMMAND --help tells more. Settings: MOORAGE_* environment variables or --config FILE (docs/settings.md).',
    'Exit codes: 0 done, 1 failed, 2 wrong words or settings, 3 verify found differences.',
    '',
  ].join('\n');
  const asked = args.length === 0 || args[0] === '--help' || args[0] === '-h' || args[0] === 'help';
  if (asked) process.stdout.write(text);
  else process.stderr.write(`moorage: no command "${args.slice(0, 2).join(' ')}"\n\n${text}`);
  return asked && args.length > 0 ? exitCodes.done : exitCodes.usage;
}
