import { contains, type ListSearch, readListSearch } from '../../api/list-search.ts';

/** How the text of the filter is compared with tags, or that there are none. */
export const taggings = ['exact', 'none'] as const;

export interface ArtifactsSearch extends ListSearch {
  readonly type?: string | undefined;
  /** A part of a tag unless it says otherwise. */
  readonly tagged?: (typeof taggings)[number] | undefined;
  /** A label's id. */
  readonly label?: number | undefined;
  /** The digest of the row that is open. */
  readonly open?: string | undefined;
}

export function readArtifactsSearch(search: Record<string, unknown>): ArtifactsSearch {
  const { type, label, open } = search;
  const tagged = taggings.find((one) => one === search['tagged']);
  return {
    ...readListSearch(search, ['type', 'size', 'push_time', 'pull_time']),
    ...(typeof type === 'string' && /^[\w.-]{1,64}$/.test(type) ? { type } : {}),
    ...(tagged ? { tagged } : {}),
    ...(typeof label === 'number' && Number.isSafeInteger(label) && label > 0 ? { label } : {}),
    ...(typeof open === 'string' && /^[a-z\d]+:[a-f\d]{32,128}$/.test(open) ? { open } : {}),
  };
}

/** The `q` of the list; undefined when nothing narrows it. */
export function artifactsQuery({ type, tagged, label, filter }: ArtifactsSearch): string | undefined {
  const text = filter?.trim();
  const clauses = [
    type === undefined ? undefined : `type=${type}`,
    tagged === 'none' ? 'tags=nil' : tagClause(text, tagged === 'exact'),
    label === undefined ? undefined : `labels=(${label})`,
  ];
  return clauses.filter((clause) => clause !== undefined).join() || undefined;
}

function tagClause(text: string | undefined, exact: boolean): string | undefined {
  if (!exact) return contains('tags', text);
  // The backslash makes the value literal: a tag called nil is not the lack of one. No tag holds a comma.
  return text ? `tags=\\${encodeURIComponent(text.replaceAll(',', ' '))}` : undefined;
}
