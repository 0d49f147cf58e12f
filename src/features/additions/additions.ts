import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import {
  additionsOf,
  type ArtifactPath,
  type ArtifactRow,
  findArtifact,
} from '#src/features/artifacts/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { isObject } from '#src/oci/descriptor.ts';
import { type Descriptor, type ParsedManifest, parseManifest } from '#src/oci/manifest.ts';
import { quote } from '#src/oci/quote.ts';
import { NotStrictJson, parseStrictJson } from '#src/oci/strict-json.ts';
import { findPayload } from './additions.store.ts';
import { chartFile, dependenciesOf } from './chart.ts';
import type { Layers } from './layers.ts';
import { documentIn, documentLayer, filesOf, isRaw } from './model.ts';
import { usualLimits } from './tar.ts';

export interface Addition {
  readonly type: string;
  readonly content: string;
}

export interface AdditionPath extends ArtifactPath {
  readonly addition: string;
}

/** A config with a long history has some 20 KiB. */
const largestConfig = 4 * 1024 * 1024;
const largestSbom = 32 * 1024 * 1024;

const json = 'application/json';
const markdown = 'text/markdown';
const plain = 'text/plain';

interface Asked {
  readonly artifact: ArtifactRow;
  readonly payload: Buffer;
  readonly manifest: ParsedManifest;
  readonly layers: Layers;
}

const readers: Readonly<Record<string, (ctx: Context, asked: Asked) => Promise<Addition>>> = {
  // What clients get by /v2, for browsers, whose sessions are not asked there.
  manifest: async (_ctx, { payload }) => ({ type: json, content: payload.toString() }),
  build_history: async (ctx, asked) => ({ type: json, content: JSON.stringify(await historyOf(ctx, asked)) }),
  dependencies: async (ctx, asked) => ({
    type: json,
    content: JSON.stringify(dependenciesOf(await configOf(ctx, asked))),
  }),
  files: async (_ctx, { manifest }) => ({ type: json, content: JSON.stringify(filesOf(manifest.layers)) }),
  'values.yaml': async (ctx, asked) => ({ type: plain, content: await chartText(ctx, asked, 'values.yaml') }),
  'readme.md': async (ctx, asked) => ({
    type: markdown,
    content:
      asked.artifact.type === 'CHART'
        ? await chartText(ctx, asked, 'README.md')
        : await documentText(ctx, asked, ['README', 'README.MD']),
  }),
  license: async (ctx, asked) => ({
    type: plain,
    content: await documentText(ctx, asked, ['LICENSE', 'LICENSE.TXT']),
  }),
  sbom: async (ctx, { artifact, manifest, layers }) => {
    const [layer] = manifest.layers;
    if (!layer) throw notThere('SBOM');
    const bytes = await layers.bytes(ctx, artifact, layer, largestSbom);
    return { type: 'application/vnd.goharbor.harbor.sbom.v1', content: bytes.toString() };
  },
};

/** Harbor: an artifact of a type that has no such addition is BAD_REQUEST. */
export async function getAddition(
  ctx: Context,
  layers: Layers,
  project: GuardedProject,
  path: AdditionPath,
): Promise<Addition> {
  const { repository, artifact } = await findArtifact(ctx, project, path);
  const names =
    artifact.type === 'SBOM' ? ['sbom'] : additionsOf(artifact.type, artifact.config_media_type !== null);
  const read = ['manifest', ...names].includes(path.addition) ? readers[path.addition] : undefined;
  if (!read) {
    throw new Failure('BAD_REQUEST', `addition ${quote(path.addition)} isn't supported for ${artifact.type}`);
  }
  const payload = await findPayload(ctx.db, artifact.blob_id);
  if (!payload) throw new Failure('NOT_FOUND', `artifact ${repository.name}@${artifact.digest} not found`);
  return read(ctx, { artifact, payload, manifest: parseManifest(payload, artifact.media_type), layers });
}

interface History {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: true;
}

/** What an image's config tells of each step; members of other types than the specification's are left out. */
async function historyOf(ctx: Context, asked: Asked): Promise<History[]> {
  const config = await configOf(ctx, asked);
  const steps = Object.hasOwn(config, 'history') ? config['history'] : undefined;
  if (!Array.isArray(steps)) return [];
  return steps.filter(isObject).map((step) => ({
    ...Object.fromEntries(
      ['created', 'created_by', 'author', 'comment'].flatMap((key) => {
        const value = Object.hasOwn(step, key) ? step[key] : undefined;
        return typeof value === 'string' && value !== '' ? [[key, value]] : [];
      }),
    ),
    ...(Object.hasOwn(step, 'empty_layer') && step['empty_layer'] === true && { empty_layer: true as const }),
  }));
}

async function configOf(
  ctx: Context,
  { artifact, manifest, layers }: Asked,
): Promise<Record<string, unknown>> {
  if (!manifest.config) throw notThere('config');
  const bytes = await layers.bytes(ctx, artifact, manifest.config, largestConfig);
  try {
    const value = parseStrictJson(bytes);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof NotStrictJson)) throw error;
  }
  throw new Failure('UNPROCESSABLE_ENTITY', `the config of ${artifact.digest} is no JSON object`);
}

/** Harbor: empty when the chart has no such file. */
async function chartText(ctx: Context, asked: Asked, name: string): Promise<string> {
  const { layers } = asked.manifest;
  const layer = layers.find(({ mediaType }) => mediaType.startsWith(chartContent)) ?? layers[0];
  if (!layer) throw notThere('chart');
  const file = await asked.layers.unpacked(ctx, asked.artifact, layer, (archive) => chartFile(archive, name));
  return file?.toString() ?? '';
}

/** Beside it a chart may have a layer with its provenance. */
const chartContent = 'application/vnd.cncf.helm.chart.content.';

async function documentText(ctx: Context, asked: Asked, names: readonly string[]): Promise<string> {
  const layer = documentLayer(asked.manifest.layers, names);
  if (!layer) throw notThere(names[0] ?? '');
  return (await documentBytes(ctx, asked, layer))?.toString() ?? '';
}

async function documentBytes(
  ctx: Context,
  { artifact, layers }: Asked,
  layer: Descriptor,
): Promise<Buffer | undefined> {
  if (isRaw(layer)) return layers.bytes(ctx, artifact, layer, usualLimits.fileBytes);
  return layers.unpacked(ctx, artifact, layer, (archive) => documentIn(layer, archive));
}

const notThere = (what: string) => new Failure('NOT_FOUND', `the artifact has no ${what}`);
