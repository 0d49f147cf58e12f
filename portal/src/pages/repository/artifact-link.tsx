import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useRepository } from './repository-context.ts';

/** To the page of an artifact of this repository. */
export function ArtifactLink({ digest, children }: { digest: string; children: ReactNode }) {
  const { id, name: repo } = useRepository();
  return (
    <Link
      to="/harbor/projects/$id/repositories/$repo/artifacts-tab/artifacts/$digest"
      params={{ id, repo, digest }}
      search={{}}
      title={digest}
    >
      {children}
    </Link>
  );
}
