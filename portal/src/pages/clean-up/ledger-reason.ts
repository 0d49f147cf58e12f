/** The server's words for why something went, and what the portal calls it. What is in groups goes into the text. */
const known = [
  [/^deleted on request$/, 'request'],
  [/^repository deleted$/, 'repository'],
  [/^bulk job (?<id>\d+)$/, 'bulk'],
  [/^retention policy (?<id>\d+): no rule keeps it$/, 'retention'],
  [/^garbage collection: it had no tag$/, 'untagged'],
  [/^no artifact of the repository needs it$/, 'link'],
  [/^no repository holds it$/, 'blob'],
  [/^no row has named (?<name>.+) for the time of grace$/, 'orphan'],
  [/^abandoned: nothing was added to it within (?<hours>\d+) hours$/, 'abandoned'],
  [/^no upload named the draft (?<name>.+)$/, 'draft'],
] as const;

interface Reason {
  readonly key: (typeof known)[number][1];
  readonly values: { readonly id: string; readonly name: string; readonly hours: string };
}

/** Undefined for words of a server that the portal does not know: they are shown as they are. */
export function reasonOf(words: string): Reason | undefined {
  for (const [expression, key] of known) {
    const found = expression.exec(words);
    if (found) return { key, values: { id: '', name: '', hours: '', ...found.groups } };
  }
  return undefined;
}
