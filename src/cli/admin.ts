import { text } from 'node:stream/consumers';
import { newRobotSecret } from '#src/auth/passwords.ts';
import { resetAdminPassword } from '#src/auth/accounts.ts';
import { openDatabase } from '#src/database/pool.ts';
import { withDatabase } from '#src/processes/with-database.ts';
import { type Command, exitCodes } from './command.ts';

export const adminResetPassword: Command = {
  name: 'admin reset-password',
  summary: 'give the first administrator a new password',
  help: 'Sets the password of user 1 (admin). It is read from standard input with --stdin, else a random one is made and printed\nonce. Works beside a running server, which forgets the old password at once.\n\n  --stdin        read the new password from standard input',
  options: { stdin: { type: 'boolean' } },
  async run({ values, settings, log }) {
    // Never an argument: those are in the list of processes and in the shell's history.
    const given = values['stdin'] === true ? (await text(process.stdin)).replace(/\r?\n$/, '') : undefined;
    const password = given ?? newRobotSecret();
    await withDatabase(settings, log, async (url) => {
      const database = openDatabase(url, { max: 1 });
      try {
        await resetAdminPassword(database, password);
      } finally {
        await database.close();
      }
    });
    process.stdout.write(given === undefined ? `${password}\n` : 'the password was changed\n');
    return exitCodes.done;
  },
};
