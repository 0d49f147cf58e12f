import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import type { Api } from '../../api/client.ts';

interface Wanted {
  readonly params: { readonly project_name: string; readonly repository_name: string };
  readonly digests: readonly string[];
  readonly signal: AbortSignal;
}

/** Artifacts of a repository by their digests, at most 100, in one call. Those that are not there are left out. */
export async function artifactsOf(
  api: Api,
  { params: { project_name, repository_name }, digests, signal }: Wanted,
): Promise<ReadonlyMap<string, Artifact>> {
  if (digests.length === 0) return new Map();
  // Without base=* children and accessories stay out of lists.
  const q = `base=*,digest={${digests.map(encodeURIComponent).join(' ')}}`;
  const { items } = await api('GET /projects/:project_name/repositories/:repository_name/artifacts', {
    params: { project_name, repository_name },
    query: { q, page: 1, page_size: 100, with_tag: false, with_accessory: true },
    signal,
  });
  return new Map(items.map((artifact) => [artifact.digest ?? '', artifact]));
}
