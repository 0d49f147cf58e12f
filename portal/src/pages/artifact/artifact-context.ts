import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { useProject } from '../../components/project-context.ts';

interface ArtifactInView {
  readonly artifact: Artifact;
  readonly digest: string;
  /** How the API's paths name it. */
  readonly params: {
    readonly project_name: string;
    readonly repository_name: string;
    readonly reference: string;
  };
}

export const ArtifactContext = createContext<ArtifactInView | undefined>(undefined);

export function useArtifact(): ArtifactInView {
  const artifact = use(ArtifactContext);
  if (!artifact) throw new Error('there is no ArtifactContext above');
  return artifact;
}

/** The artifact that an address names, with all that its page shows beside it, in one call. */
export function useFoundArtifact(params: ArtifactInView['params']): UseQueryResult<Artifact> {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ['artifact', id, params],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/artifacts/:reference', {
        params,
        query: {
          with_tag: true,
          with_label: true,
          with_immutable_status: true,
          with_accessory: true,
          with_inherited_accessory: true,
        },
        signal,
      }),
  });
}

/** Something in the artifact besides. Texts come as texts, everything else as what its JSON says. */
export function useAddition(addition: string): UseQueryResult<unknown> {
  const api = useApi();
  const { digest, params } = useArtifact();
  return useQuery({
    queryKey: ['addition', params, digest, addition],
    // A digest never means something else.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }): Promise<unknown> =>
      api(
        'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/additions/:addition',
        { params: { ...params, reference: digest, addition }, signal },
      ),
  });
}
