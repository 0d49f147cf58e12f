const imageAdditions = ['build_history'] as const;

/** What can be read from an artifact's own content besides, by its type (Harbor's names, in the order of its portal). */
const additions: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['IMAGE', imageAdditions],
  ['WASM', imageAdditions],
  ['CHART', ['values.yaml', 'readme.md', 'dependencies']],
  ['CNAI', ['readme.md', 'license', 'files']],
]);

/** An index has none: its children do. */
export function additionsOf(type: string, hasConfig: boolean): readonly string[] {
  return hasConfig ? (additions.get(type) ?? []) : [];
}
