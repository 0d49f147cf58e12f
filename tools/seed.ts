/**
 * `npm run seed` fills a new installation with content to look at: 1,000 projects, 100,000 repositories, 1,000,000
 * artifacts, two million audit entries; six gigabytes and some minutes. For working on queries and on the portal
 * (`npm run bench` fills one of its own). Settings are the server's, so MOORAGE_DATA says where:
 *
 *   MOORAGE_DATA=/tmp/large npm run seed
 *   MOORAGE_DATA=/tmp/small npm run seed -- --small     5,000 repositories, 50,000 artifacts: seconds
 *
 *   --seed NUMBER          other rows; 1 when absent
 *   --add-to-existing      without it an installation that has projects, repositories or accounts is refused
 *
 * The bytes of layers and configs are nowhere: images can be listed and not pulled, and `moorage verify` says so.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fillInstallation } from '../bench/seed/installation.ts';
import { NotEmpty } from '../bench/seed/seed.ts';
import { large, names, small } from '../bench/seed/sizes.ts';

const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    'add-to-existing': { type: 'boolean', default: false },
  },
});
if (!/^\d{1,6}$/.test(values.seed)) throw new Error('--seed takes a whole number of at most six digits');

const memberPassword = `Aa1${randomBytes(12).toString('base64url')}`;
const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(1).padStart(6);

try {
  const adminPassword = await fillInstallation({
    env: process.env,
    memberPassword,
    sizes: values.small ? small : large,
    seed: Number(values.seed),
    addToExisting: values['add-to-existing'],
    progress: (step) => console.error(`${seconds()} s  ${step}`),
  });
  if (adminPassword !== undefined) console.log(`admin: ${adminPassword}`);
  console.log(
    `${names.member}: ${memberPassword}, in ${names.project(1)} to ${names.project(names.memberOf)}`,
  );
} catch (error) {
  if (!(error instanceof NotEmpty)) throw error;
  console.error(`${error.message}; --add-to-existing fills it all the same, and nothing takes that back`);
  process.exitCode = 1;
}
