import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { call, type Registry, startRegistry } from '#test/support/clients-registry.ts';
import { terraform } from '#test/support/clients-terraform.ts';
import { testWith, type Workplace, workplace } from '#test/support/clients.ts';

let registry: Registry;
let place: Workplace;
beforeAll(async () => {
  registry = await startRegistry();
  place = await workplace(registry.host);
});
afterAll(async () => {
  await place?.leave();
  await registry?.stop();
});

/** The provider offers no import for these. */
const neverImported = ['harbor_garbage_collection.', 'harbor_purge_audit_log.'];

describe("Harbor's Terraform provider", () => {
  testWith('terraform', 'terraform-provider-harbor')(
    'plans nothing after each apply, imports what it has made, and leaves nothing behind',
    async () => {
      const lines = await readFile(join(import.meta.dirname, '../support/clients-terraform.tf'), 'utf8');
      const program = await terraform(place, registry, lines);

      for (const second of [false, true, false]) {
        await program.apply(second);
        const { code, stdout } = await program.plan(second);
        expect(stdout).toContain('No changes.');
        expect(code).toBe(0);
      }
      const made = await program.resources();
      const imported = made.filter((address) => !neverImported.some((kind) => address.startsWith(kind)));
      for (const address of imported) await program.importAgain(address);
      const again = await program.resources();
      await program.destroy();

      expect(again).toEqual(made);
      expect(made).toHaveLength(17);
      expect(await call(registry, 'GET', '/projects?name=tf-')).toEqual([]);
      expect(await call(registry, 'GET', '/robots')).toEqual([]);
      expect(await call(registry, 'GET', '/usergroups')).toEqual([]);
      expect(await call(registry, 'GET', '/labels?scope=g')).toEqual([]);
    },
  );
});
