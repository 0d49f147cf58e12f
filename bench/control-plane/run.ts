import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LoadProcess } from '../load-process.ts';
import type { Options } from '../options.ts';
import { moorage, newPassword } from '../peers/moorage.ts';
import type { Row } from '../result.ts';
import { fillInstallation } from '../seed/installation.ts';
import { large, names, small, type SeedSizes } from '../seed/sizes.ts';
import { Target } from '../target.ts';
import { findFacts, type Get } from './facts.ts';
import { controlPlaneName, figuresOf } from './figures.ts';
import { type Caller, type Length, type Measured, measureOperation } from './measure.ts';
import { type OpenApi, type Operation, operationsOf, variantsOf } from './operations.ts';
import { tagPages } from './tag-pages.ts';

/** What the seeded installation answers to whom, how fast. */
export interface ControlPlane {
  seeded: SeedSizes;
  operations: Measured[];
  /** Beside the operations as they are: other pages, orders and filters. The administrator asks. */
  variants: Measured[];
  notMeasured: { operation: string; reason: string }[];
}

// Milliseconds. What was asked a few hundred times is not compiled yet: the first caller of an operation then took half
// as long again as the second (0.74 and 0.46 ms of the server's CPU for a page of repositories).
const lengths: Record<Options['form'], Length> = {
  quick: { round: 400, warmUp: 150 },
  usual: { round: 1000, warmUp: 1000 },
  long: { round: 3000, warmUp: 1000 },
};

/** Fills an installation, or uses the one that `--seeded` names, and measures every operation that reads. */
export async function measureControlPlane(
  options: Options,
  folder: string,
): Promise<ControlPlane & { rows: Row[] }> {
  const place = options.seeded ?? join(folder, 'control-plane');
  const sizes = options.form === 'quick' ? small : large;
  const { passwords, seeded } = await installation(place, sizes);
  const load = new LoadProcess();
  const target = new Target(moorage(passwords.admin), place, load);
  try {
    await target.start();
    return await new Measuring(target, passwords, options).run(seeded);
  } finally {
    await target.stop();
    load.close();
  }
}

interface Installation {
  passwords: { admin: string; member: string };
  seeded: SeedSizes;
}

async function installation(place: string, sizes: SeedSizes): Promise<Installation> {
  const file = join(place, 'seeded.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Installation;
  mkdirSync(place, { recursive: true });
  const made = { passwords: { admin: newPassword(), member: newPassword() }, seeded: sizes };
  process.stderr.write(
    `filling an installation with ${sizes.artifacts.toLocaleString('en')} artifacts ...\n`,
  );
  const began = performance.now();
  await fillInstallation({
    env: { MOORAGE_DATA: join(place, 'data'), MOORAGE_ADMIN_PASSWORD: made.passwords.admin },
    memberPassword: made.passwords.member,
    sizes,
    seed: 1,
    addToExisting: false,
    progress: () => undefined,
  });
  process.stderr.write(`  ${Math.round((performance.now() - began) / 1000)} s\n`);
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

class Measuring {
  readonly #target: Target;
  readonly #length: Length;
  readonly #headers: Record<Caller, Record<string, string>>;
  readonly #only: readonly string[];
  readonly #notMeasured: ControlPlane['notMeasured'] = [];

  constructor(target: Target, passwords: Installation['passwords'], { form, only }: Options) {
    const basic = (name: string, password: string) => ({
      Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
    });
    this.#target = target;
    this.#length = lengths[form];
    this.#only = only;
    this.#headers = {
      admin: basic('admin', passwords.admin),
      member: basic(names.member, passwords.member),
      anonymous: {},
    };
  }

  async run(seeded: SeedSizes): Promise<ControlPlane & { rows: Row[] }> {
    const facts = await findFacts(this.#get);
    const document = JSON.parse(
      readFileSync(fileURLToPath(new URL('../../openapi.json', import.meta.url)), 'utf8'),
    ) as OpenApi;
    const { operations, unknown } = operationsOf(document, facts);
    for (const [operation, reason] of unknown) this.#notMeasured.push({ operation, reason });
    const measured: Measured[] = [];
    for (const operation of operations.filter(this.#isWanted)) {
      measured.push(...(await this.#forEveryone(operation)));
    }
    const variants: Measured[] = [];
    for (const variant of variantsOf(facts).filter(this.#isWanted)) {
      variants.push(...(await this.#for('admin', variant)));
    }
    const pages = await tagPages(this.#target, facts, seeded.tagsOfOne, this.#length);
    return {
      seeded,
      operations: measured,
      variants,
      notMeasured: this.#notMeasured,
      rows: [...figuresOf(measured, variants), ...pages],
    };
  }

  /** `--only "control plane: listTags"` is for working on one. */
  readonly #isWanted = ({ name }: Operation): boolean =>
    this.#only.length === 0 || this.#only.some((text) => `${controlPlaneName}: ${name}`.includes(text));

  readonly #get: Get = async (path) => {
    const url = `http://127.0.0.1:${this.#target.port}/api/v2.0${path}`;
    const reply = await fetch(url, { headers: this.#headers.admin });
    if (reply.status !== 200) throw new Error(`GET ${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as never;
  };

  /** For all who may: what a caller is refused is not measured for him. */
  async #forEveryone(operation: Operation): Promise<Measured[]> {
    const found: Measured[] = [];
    for (const caller of ['admin', 'member', 'anonymous'] as const) {
      found.push(...(await this.#for(caller, operation)));
    }
    if (found.length === 0) {
      this.#notMeasured.push({ operation: operation.name, reason: 'nobody gets an answer with content' });
    }
    return found;
  }

  async #for(caller: Caller, { name, paths }: Operation): Promise<Measured[]> {
    const headers = this.#headers[caller];
    const open = await Promise.all(
      paths.map(async (path) => {
        const reply = await fetch(`http://127.0.0.1:${this.#target.port}${path}`, { headers });
        return reply.status === 200 && (await reply.arrayBuffer()).byteLength > 0;
      }),
    );
    const allowed = paths.filter((_, index) => open[index]);
    if (allowed.length === 0) return [];
    process.stderr.write(`${controlPlaneName}: ${name} as ${caller} ...\n`);
    try {
      return [await measureOperation(this.#target, { name, paths: allowed }, caller, headers, this.#length)];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#notMeasured.push({ operation: `${name} as ${caller}`, reason });
      return [];
    }
  }
}
