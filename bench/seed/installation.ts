import { mkdirSync } from 'node:fs';
import { initialise } from '#src/auth/accounts.ts';
import { hashPassword } from '#src/auth/passwords.ts';
import { loadSettings } from '#src/config/load.ts';
import { migrate } from '#src/database/migrate.ts';
import { openDatabase } from '#src/database/pool.ts';
import { createLogger } from '#src/log.ts';
import { withDatabase } from '#src/processes/with-database.ts';
import { seed, type SeedOptions } from './seed.ts';

export interface FillOptions extends Omit<SeedOptions, 'passwordHash'> {
  /** Settings of the installation, as its server gets them. */
  env: Record<string, string | undefined>;
  memberPassword: string;
}

/** Returns the administrator's password when this was the first start and none was given. */
export async function fillInstallation(options: FillOptions): Promise<string | undefined> {
  const { settings } = loadSettings({ env: options.env });
  mkdirSync(settings.data, { recursive: true });
  const log = createLogger({ level: 'warn', format: settings.logFormat, stderr: true });
  const passwordHash = await hashPassword(options.memberPassword);
  return withDatabase(settings, log, async (url) => {
    await migrate(url);
    const database = openDatabase(url, { max: 1 });
    try {
      const { adminPassword } = settings;
      const first = await initialise(database, adminPassword === undefined ? {} : { adminPassword });
      await seed(url, { ...options, passwordHash });
      return first.generatedPassword;
    } finally {
      await database.close();
    }
  });
}
