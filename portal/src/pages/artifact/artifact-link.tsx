import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useProject } from '../../components/project-context.ts';
import { useArtifact } from './artifact-context.ts';
import { shortDigest } from './naming.ts';

/** To another artifact of the same repository. */
export function ArtifactLink({ digest }: { digest: string }) {
  const { id } = useProject();
  const { params } = useArtifact();
  return (
    <Anchor
      renderRoot={(props) => (
        <Link
          {...props}
          to="/harbor/projects/$id/repositories/$repo/artifacts-tab/artifacts/$digest"
          params={{ id: String(id), repo: params.repository_name, digest }}
          search={{}}
        />
      )}
    >
      <code title={digest}>{shortDigest(digest)}</code>
    </Anchor>
  );
}
