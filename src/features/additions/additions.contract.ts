import { Type } from 'typebox';
import { ArtifactParams } from '#src/features/artifacts/index.ts';
import { endpoint } from '#src/http/endpoint.ts';

export const getAddition = endpoint(
  'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/additions/:addition',
  {
    id: 'getAddition',
    tag: 'artifact',
    guard: { project: 'artifact-addition:read' },
    summary:
      'What is in an artifact besides: build history, files of a chart or a model, an SBOM; its manifest (extension)',
    params: Type.Object({
      ...ArtifactParams.properties,
      // Its type is said apart: the members of a list that is mapped are unknown to the compiler.
      addition: Type.Unsafe<string>(
        Type.Union(
          [
            'build_history',
            'values.yaml',
            'readme.md',
            'dependencies',
            'sbom',
            'license',
            'files',
            'manifest',
          ].map((name) => Type.Literal(name)),
        ),
      ),
    }),
    /** Of the content type that belongs to the addition; files that people wrote are never HTML. */
    reply: Type.String(),
    failures: [413],
  },
);

const Icon = Type.Object({
  'content-type': Type.Optional(Type.String()),
  /** Base64. */
  content: Type.Optional(Type.String()),
});

export const getIcon = endpoint('GET /icons/:digest', {
  id: 'getIcon',
  tag: 'icon',
  guard: 'open',
  impersonal: true,
  params: Type.Object({ digest: Type.String({ minLength: 1, maxLength: 255 }) }),
  reply: Icon,
});
