import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { shortDigest } from './digest.ts';
import { useRepository } from './repository-context.ts';

interface ArtifactLinkProps {
  readonly digest: string;
  /** Unless the beginning of the digest is to be read. */
  readonly children?: ReactNode;
}

/**
 * To the page of an artifact of this repository. Two stand in each row: the router's own links, which know whether
 * they are the page in view, take as long to draw as all else in a row.
 */
export function ArtifactLink({ digest, children }: ArtifactLinkProps) {
  const router = useRouter();
  const { id, name: repo } = useRepository();
  const path = [id, 'repositories', repo, 'artifacts-tab', 'artifacts', digest].map(encodeURIComponent);
  const target = {
    to: '/harbor/projects/$id/repositories/$repo/artifacts-tab/artifacts/$digest',
    params: { id, repo, digest },
    search: {},
  } as const;
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate(target);
  };
  const fetch = () => void router.preloadRoute(target);
  return (
    <a
      href={`/harbor/projects/${path.join('/')}`}
      title={digest}
      onClick={follow}
      onMouseEnter={fetch}
      onFocus={fetch}
    >
      {children ?? <code>{shortDigest(digest)}</code>}
    </a>
  );
}
