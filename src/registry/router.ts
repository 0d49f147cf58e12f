import { Failure } from '#src/failures.ts';
import { parseRepositoryName, type RepositoryName } from '#src/oci/reference.ts';

/** What a request below /v2/ addresses. Authorisation, policy and storage take this, never the URL (S: R5). */
export type Target =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly repository: RepositoryName }
  | { readonly kind: 'manifest'; readonly repository: RepositoryName; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: RepositoryName; readonly digest: string }
  | { readonly kind: 'uploads'; readonly repository: RepositoryName }
  | { readonly kind: 'upload'; readonly repository: RepositoryName; readonly id: string }
  | { readonly kind: 'referrers'; readonly repository: RepositoryName; readonly digest: string };

/** What a request inside a repository addresses. */
export type RepositoryTarget = Extract<Target, { repository: RepositoryName }>;

/**
 * Reads the raw path of a request once. Names contain slashes, so elements are matched from the right. Anything
 * that could be read in two ways (dot segments, empty segments, escapes other than %3A of a digest, backslashes)
 * is refused before anything looks at it; undefined is a path that names nothing.
 */
export function parseTarget(path: string): Target | undefined {
  if (path === '/v2/' || path === '/v2') return { kind: 'base' };
  const plain = path.includes('%') ? path.replace(/%3a/gi, ':') : path;
  refuseTricks(plain);
  if (plain === '/v2/_catalog') return { kind: 'catalog' };
  const parts = plain.slice('/v2/'.length).split('/');
  const last = parts.length - 1;
  const final = parts[last] ?? '';
  const nameOf = (count: number) => parseRepositoryName(parts.slice(0, count).join('/'));
  if (parts[last - 1] === 'tags' && final === 'list') return { kind: 'tags', repository: nameOf(last - 1) };
  if (parts[last - 1] === 'manifests')
    return { kind: 'manifest', repository: nameOf(last - 1), reference: final };
  if (parts[last - 1] === 'referrers')
    return { kind: 'referrers', repository: nameOf(last - 1), digest: final };
  // `/blobs/uploads/` and `/blobs/uploads` begin an upload; a trailing slash leaves an empty last part.
  if (parts[last - 2] === 'blobs' && parts[last - 1] === 'uploads') {
    return final === ''
      ? { kind: 'uploads', repository: nameOf(last - 2) }
      : { kind: 'upload', repository: nameOf(last - 2), id: final };
  }
  if (parts[last - 1] === 'blobs') {
    return final === 'uploads'
      ? { kind: 'uploads', repository: nameOf(last - 1) }
      : { kind: 'blob', repository: nameOf(last - 1), digest: final };
  }
  return undefined;
}

function refuseTricks(path: string): void {
  const uploads = path.endsWith('/blobs/uploads/') ? path.slice(0, -1) : path;
  if (/[%\\\0]|\/\/|\/\.{1,2}(\/|$)|\/$/.test(uploads)) {
    throw new Failure(
      'NAME_INVALID',
      'the path has an empty or dot segment, an escape or a backslash; write repository names and references plainly',
    );
  }
}
