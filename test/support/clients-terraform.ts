/** One configuration for every resource of Harbor's Terraform provider whose feature is here, in two states. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Registry } from './clients-registry.ts';
import { ok, type Outcome, run, tool, type Workplace } from './clients.ts';

export interface Terraform {
  /** Everything that the configuration says is there afterwards. `second` is its other state. */
  apply(second: boolean): Promise<void>;
  /** Exit code 0 when nothing would change, 2 when something would. */
  plan(second: boolean): Promise<Outcome>;
  /** The addresses of what was made, data sources left out. */
  resources(): Promise<string[]>;
  /** Forgets a resource and reads it again by its id. */
  importAgain(address: string): Promise<void>;
  destroy(): Promise<void>;
}

/** `lines` of configuration beside those that name the provider and the registry. */
export async function terraform(place: Workplace, registry: Registry, lines: string): Promise<Terraform> {
  const cwd = join(place.folder, 'configuration');
  await mkdir(cwd);
  const overridden = dirname(tool('terraform-provider-harbor') ?? '');
  const file = join(place.folder, 'terraformrc');
  await writeFile(
    file,
    `provider_installation {\n  dev_overrides {\n    "goharbor/harbor" = "${overridden}"\n  }\n  direct {}\n}\n`,
  );
  await writeFile(join(cwd, 'main.tf'), headOf(registry) + lines);
  Object.assign(place.env, { TF_CLI_CONFIG_FILE: file, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' });
  const type = (...words: string[]) => ok(place, 'terraform', words, { cwd });
  const state = (second: boolean) => `-var=second=${second}`;
  return {
    async apply(second) {
      await type('apply', '-auto-approve', '-no-color', '-input=false', state(second));
    },
    plan: (second) =>
      run(place, 'terraform', ['plan', '-detailed-exitcode', '-no-color', state(second)], { cwd }),
    async resources() {
      const listed = await type('state', 'list');
      return listed.split('\n').filter((address) => !address.startsWith('data.'));
    },
    async importAgain(address) {
      const shown = await type('state', 'show', '-no-color', address);
      const id = /^ +id +=.*"(.+)"$/m.exec(shown)?.[1] ?? '';
      await type('state', 'rm', address);
      await type('import', '-no-color', address, id);
    },
    async destroy() {
      await type('destroy', '-auto-approve', '-no-color', '-input=false');
    },
  };
}

const headOf = ({ url, admin }: Registry) => `
terraform {
  required_providers {
    harbor = {
      source = "goharbor/harbor"
    }
  }
}
provider "harbor" {
  url      = "${url}"
  username = "${admin.user}"
  password = "${admin.password}"
}
variable "second" {
  type    = bool
  default = false
}
locals {
  b = var.second
}
`;
