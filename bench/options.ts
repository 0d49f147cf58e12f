import { parseArgs } from 'node:util';
import type { Sizes } from './scenarios/scenario.ts';

export interface Options {
  only: string[];
  peers: string[];
  form: 'quick' | 'usual' | 'long';
  json: string | undefined;
  record: boolean;
  profile: string | undefined;
  list: boolean;
  help: boolean;
  subject: string;
  /** A folder with a seeded installation, made there when it is not. */
  seeded: string | undefined;
}

export const help = `npm run bench -- [options]

  --only TEXT      only scenarios whose name contains TEXT (may be repeated; also "memory", "start",
                   "control plane", "control plane: listTags")
  --peer NAME      only this peer beside moorage (may be repeated; "none" for moorage alone)
  --quick          short rounds, fewer images: for comparing while working, not for publishing
  --long           adds 100,000 tags, and deletion among 20,000 tags for the peers too (about 10 minutes more)
  --json FILE      where the full result goes (default bench/results/<time>.json)
  --record         also writes bench/latest.json and docs/benchmark.svg (whole runs only)
  --profile TEXT   runs one scenario under --cpu-prof and prints the functions with the most self time
  --subject NAME   another server in our place, for checking the benchmark itself
  --seeded FOLDER  keeps the installation that the control plane is measured on there, and uses it the next time
  --list           prints the names of the scenarios
`;

export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'boolean', default: false },
      profile: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      subject: { type: 'string', default: 'moorage' },
      seeded: { type: 'string' },
    },
  });
  const partial =
    values.only.length > 0 || values.peer.length > 0 || values.quick || values.subject !== 'moorage';
  if (values.record && partial)
    throw new Error('--record needs a whole run: leave out --only, --peer, --quick, --subject');
  return {
    only: values.only,
    peers: values.peer,
    form: values.long ? 'long' : values.quick ? 'quick' : 'usual',
    json: values.json,
    record: values.record,
    profile: values.profile,
    list: values.list,
    help: values.help,
    subject: values.subject,
    seeded: values.seeded,
  };
}

export function sizesOf(form: Options['form']): Sizes {
  const large = 256 * 2 ** 20;
  if (form === 'quick') {
    return { round: 700, warmUp: 400, rounds: 3, large, images: 100, tagPuts: 500, mountedBlobs: 200 };
  }
  return { round: 2000, warmUp: 700, rounds: 3, large, images: 200, tagPuts: 1500, mountedBlobs: 400 };
}
