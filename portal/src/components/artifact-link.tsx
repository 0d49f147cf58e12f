import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { shortDigest } from './digest.ts';
import { useRepository } from './repository-context.ts';

interface ArtifactLinkProps {
  readonly digest: string;
  /** Unless the beginning of the digest is to be read. */
  readonly children?: ReactNode;
}

/** To the page of an artifact of this repository. */
export function ArtifactLink({ digest, children }: ArtifactLinkProps) {
  const { id, name: repo } = useRepository();
  return (
    <Link
      to="/harbor/projects/$id/repositories/$repo/artifacts-tab/artifacts/$digest"
      params={{ id, repo, digest }}
      search={{}}
      title={digest}
    >
      {children ?? <code>{shortDigest(digest)}</code>}
    </Link>
  );
}
