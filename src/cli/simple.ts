import { printable } from '#src/config/document.ts';
import { migrate } from '#src/database/migrate.ts';
import { serve } from '#src/processes/supervisor.ts';
import { version } from '#src/config/version.ts';
import { withDatabase } from '#src/processes/with-database.ts';
import { type Command, exitCodes } from './command.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the registry (the same as npm start)',
  help: 'Runs the registry until it gets SIGTERM or SIGINT: database, migrations, first data, HTTP. A second signal ends it at once.',
  options: {},
  run: ({ settings, warnings }) => serve({ settings, warnings: [...warnings] }),
};

export const migrateCommand: Command = {
  name: 'migrate',
  summary: "bring the database's schema up to date",
  help: 'Applies the migrations that the database does not have yet, one transaction each. serve does the same at start; this is for\ndoing it beforehand. Safe to run at any time and by several at once.',
  options: {},
  async run({ settings, log }) {
    const { applied, version: schema } = await withDatabase(settings, log, migrate);
    const what = applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to do';
    process.stdout.write(`${what}; the schema has version ${schema}\n`);
    return exitCodes.done;
  },
};

export const configPrint: Command = {
  name: 'config print',
  summary: 'show the settings in force, secrets masked',
  help: 'Prints the settings that serve would run with, as YAML, after defaults, file and environment. Secrets are masked.',
  options: {},
  async run({ settings, warnings }) {
    process.stdout.write(printable(settings));
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    return exitCodes.done;
  },
};

export const versionCommand: Command = {
  name: 'version',
  summary: 'show the version',
  help: 'Prints the version of this program and of the Node it runs on.',
  options: {},
  async run() {
    process.stdout.write(`moorage ${version} (node ${process.versions.node})\n`);
    return exitCodes.done;
  },
};
