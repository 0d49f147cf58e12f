import { gzipSync } from 'node:zlib';
import { type Entry, tar } from '#src/features/additions/archive.fixture.ts';
import { pushManifest } from '#src/features/artifacts/content.fixture.ts';
import { digestOf } from '#src/oci/digest.ts';
import { pushBlob, type TestApp } from './app.ts';

/** Where an artifact of a test goes. */
interface Place {
  readonly app: TestApp;
  readonly repository: string;
  readonly tag?: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

async function upload({ app, repository }: Place, mediaType: string, bytes: Buffer) {
  await pushBlob(app, 'admin', repository, bytes);
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

/** An image whose config and manifest say what they are given. Returns its digest. */
export async function pushBuiltImage(
  place: Place,
  { config, layers, annotations }: { config: object; layers: readonly Buffer[]; annotations?: object },
): Promise<string> {
  const described = [];
  for (const layer of layers)
    described.push(await upload(place, 'application/vnd.oci.image.layer.v1.tar+gzip', layer));
  const bytes = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', ...config }));
  return pushManifest(
    place.app,
    place.repository,
    {
      mediaType: manifestType,
      config: await upload(place, 'application/vnd.oci.image.config.v1+json', bytes),
      layers: described,
      ...(annotations && { annotations }),
    },
    place.tag,
  );
}

/** An index of images that are there, each for a platform. Returns its digest. */
export function pushPlatforms(
  { app, repository, tag }: Place,
  children: readonly { digest: string; size: number; platform: object }[],
): Promise<string> {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = children.map((child) => ({ mediaType: manifestType, ...child }));
  return pushManifest(app, repository, { mediaType, manifests }, tag);
}

/** A Helm chart of these files, which stand in a folder named after it. Returns its digest. */
export async function pushChart(
  place: Place,
  { config, files }: { config: { name: string; [member: string]: unknown }; files: readonly Entry[] },
): Promise<string> {
  const archive = gzipSync(tar(...files.map((file) => ({ ...file, name: `${config.name}/${file.name}` }))));
  return pushManifest(
    place.app,
    place.repository,
    {
      mediaType: manifestType,
      config: await upload(
        place,
        'application/vnd.cncf.helm.config.v1+json',
        Buffer.from(JSON.stringify(config)),
      ),
      layers: [await upload(place, 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
    },
    place.tag,
  );
}

/** A model of documents and weights, each a layer as it is. Returns its digest. */
export async function pushModel(
  place: Place,
  files: readonly { path: string; kind: 'doc' | 'weight'; content: string }[],
): Promise<string> {
  const layers = [];
  for (const { path, kind, content } of files) {
    const mediaType = `application/vnd.cncf.model.${kind}.v1.raw`;
    const layer = await upload(place, mediaType, Buffer.from(content));
    layers.push({ ...layer, annotations: { 'org.cncf.model.filepath': path } });
  }
  const config = await upload(place, 'application/vnd.cncf.model.config.v1+json', Buffer.from('{}'));
  const artifactType = 'application/vnd.cncf.model.manifest.v1+json';
  const manifest = { mediaType: manifestType, artifactType, config, layers };
  return pushManifest(place.app, place.repository, manifest, place.tag);
}
