import { eventTypes } from '#src/features/audit/index.ts';

/**
 * Harbor: the operations of its older `include_operations`, which the Terraform provider's guides write among the event
 * types. Harbor accepts them and purges nothing that is written since 2.13; here they mean artifacts, as they did.
 */
const operations: Readonly<Record<string, string>> = {
  create: 'create_artifact',
  push: 'create_artifact',
  pull: 'pull_artifact',
  delete: 'delete_artifact',
};

export const knownKinds: readonly string[] = [...eventTypes, 'other', ...Object.keys(operations)];

/**
 * The kinds of entries that `include_event_types` names, each once. Undefined when there is none, or one that never
 * happens: a slip would purge less than was meant, for ever.
 */
export function kindsIn(text: string): string[] | undefined {
  const list = text
    .split(',')
    .map((kind) => kind.trim())
    .filter((kind) => kind !== '');
  const known = list.length > 0 && list.every((kind) => knownKinds.includes(kind));
  return known ? [...new Set(list.map((kind) => operations[kind] ?? kind))] : undefined;
}
