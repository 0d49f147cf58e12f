import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tar } from '../../src/features/additions/archive.fixture.ts';
import { digestOf } from '../../src/oci/digest.ts';

/** Bytes with their digest, as they are pushed. */
export interface Blob {
  readonly bytes: Buffer;
  readonly digest: string;
}

export interface Pushable {
  readonly mediaType: string;
  readonly manifest: Buffer;
  readonly digest: string;
  readonly blobs: readonly Blob[];
  /** Manifests that are pushed before it: the platforms of an index. */
  readonly parts: readonly Pushable[];
}

const blobOf = (bytes: Buffer): Blob => ({ bytes, digest: digestOf(bytes) });
const json = (value: object) => Buffer.from(JSON.stringify(value));

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Bytes that do not compress and are the same each time: the body of a program. */
export function programOf(name: string, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < size; at += 32) parts.push(createHash('sha256').update(`${name} ${at}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

/** A gzipped tar archive of files. */
function archiveOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  return gzipSync(tar(...Object.entries(files).map(([name, content]) => ({ name, content }))), { level: 6 });
}

export interface ImageOf {
  readonly name: string;
  readonly version: string;
  readonly base: 'alpine' | 'debian';
  readonly architecture: 'amd64' | 'arm64';
  /** Bytes of the program; the base adds its own. */
  readonly size: number;
  readonly created: Date;
  readonly labels?: Readonly<Record<string, string>>;
}

const bases = {
  alpine: { command: 'ADD alpine-minirootfs-3.22.tar.gz / # buildkit', size: 180_000 },
  debian: { command: 'ADD debian-bookworm-slim.tar.gz / # buildkit', size: 420_000 },
};

/** An image of a base layer that many share, packages, and a program. */
export function image(of: ImageOf): Pushable {
  const { name, version, base, architecture, size, created } = of;
  const layers = [
    archiveOf({
      'etc/os-release': `ID=${base}\n`,
      'bin/busybox': programOf(`${base} ${architecture}`, bases[base].size),
    }),
    archiveOf({
      'etc/ssl/certs/ca-certificates.crt': programOf(`certificates ${architecture}`, 60_000),
    }),
    archiveOf({ [`usr/local/bin/${name}`]: programOf(`${name} ${version} ${architecture}`, size) }),
  ];
  const at = (minutes: number) => new Date(created.getTime() - minutes * 60_000).toISOString();
  const install =
    base === 'alpine' ? 'apk add --no-cache ca-certificates' : 'apt-get install -y ca-certificates';
  const config = json({
    created: created.toISOString(),
    author: 'The build of the demonstration',
    architecture,
    os: 'linux',
    config: {
      User: '65532:65532',
      ExposedPorts: { '8080/tcp': {} },
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', `VERSION=${version}`],
      Entrypoint: [`/usr/local/bin/${name}`],
      Labels: {
        'org.opencontainers.image.title': name,
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.licenses': 'Apache-2.0',
        ...of.labels,
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
    history: [
      { created: at(4), created_by: bases[base].command },
      { created: at(4), created_by: 'CMD ["/bin/sh"]', empty_layer: true },
      { created: at(2), created_by: `RUN ${install} # buildkit` },
      { created: at(1), created_by: `COPY /out/${name} /usr/local/bin/${name} # buildkit` },
      { created: at(0), created_by: 'USER 65532:65532', empty_layer: true },
      { created: at(0), created_by: `ENTRYPOINT ["/usr/local/bin/${name}"]`, empty_layer: true },
    ],
  });
  return manifestOf(
    'application/vnd.oci.image.config.v1+json',
    config,
    layers.map((bytes) => ({ bytes, mediaType: layerType })),
    {
      annotations: {
        'org.opencontainers.image.created': created.toISOString(),
        'org.opencontainers.image.version': version,
      },
    },
  );
}

/** The same image for two processors. */
export function multiPlatform(of: Omit<ImageOf, 'architecture'>): Pushable {
  const parts = (['amd64', 'arm64'] as const).map((architecture) => ({
    architecture,
    image: image({ ...of, architecture }),
  }));
  const manifest = json({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: parts.map(
      ({
        architecture,
        image: {
          digest,
          manifest: { length },
        },
      }) => ({
        mediaType: manifestType,
        digest,
        size: length,
        platform: { architecture, os: 'linux', ...(architecture === 'arm64' && { variant: 'v8' }) },
      }),
    ),
    annotations: { 'org.opencontainers.image.version': of.version },
  });
  return {
    mediaType: indexType,
    manifest,
    digest: digestOf(manifest),
    blobs: [],
    parts: parts.map(({ image: one }) => one),
  };
}

export interface ChartOf {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly readme: string;
  readonly values: string;
  readonly dependencies?: readonly { name: string; version: string; repository: string }[];
}

export function chart({ name, version, description, readme, values, dependencies }: ChartOf): Pushable {
  const about = { apiVersion: 'v2', name, version, appVersion: version, description, type: 'application' };
  const lines = Object.entries(about).map(([key, value]) => `${key}: ${value}`);
  const needed = dependencies?.flatMap((one) => [
    `- name: ${one.name}`,
    `  version: ${one.version}`,
    `  repository: ${one.repository}`,
  ]);
  const content = archiveOf({
    [`${name}/Chart.yaml`]: `${[...lines, ...(needed ? ['dependencies:', ...needed] : [])].join('\n')}\n`,
    [`${name}/values.yaml`]: values,
    [`${name}/README.md`]: readme,
    [`${name}/templates/deployment.yaml`]: 'kind: Deployment\n',
  });
  return manifestOf(
    'application/vnd.cncf.helm.config.v1+json',
    json({ ...about, ...(dependencies && { dependencies }) }),
    [{ bytes: content, mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' }],
    { annotations: { 'org.opencontainers.image.title': name, 'org.opencontainers.image.version': version } },
  );
}

/** A list of packages or a signature that refers to an artifact. */
export function referrer(subject: Pushable, kind: 'sbom' | 'signature', created: Date): Pushable {
  const [artifactType, mediaType, content] =
    kind === 'sbom'
      ? [
          'application/spdx+json',
          'application/spdx+json',
          json({ spdxVersion: 'SPDX-2.3', name: subject.digest, packages: [] }),
        ]
      : [
          'application/vnd.dev.cosign.artifact.sig.v1+json',
          'application/vnd.dev.cosign.simplesigning.v1+json',
          json({
            critical: {
              type: 'cosign container image signature',
              image: { 'docker-manifest-digest': subject.digest },
            },
          }),
        ];
  return manifestOf('application/vnd.oci.empty.v1+json', Buffer.from('{}'), [{ bytes: content, mediaType }], {
    artifactType,
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.manifest.length },
    annotations: { 'org.opencontainers.image.created': created.toISOString() },
  });
}

/** An artifact of a type of its own, in one file. */
export function file(artifactType: string, name: string, content: Buffer): Pushable {
  return manifestOf(
    'application/vnd.oci.empty.v1+json',
    Buffer.from('{}'),
    [
      {
        bytes: content,
        mediaType: 'application/octet-stream',
        annotations: { 'org.opencontainers.image.title': name },
      },
    ],
    { artifactType },
  );
}

interface Layer {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function manifestOf(configType: string, config: Buffer, layers: readonly Layer[], more: object): Pushable {
  const blobs = [config, ...layers.map(({ bytes }) => bytes)].map(blobOf);
  const descriptor = ({ bytes, digest }: Blob, mediaType: string, rest: object = {}) => ({
    mediaType,
    digest,
    size: bytes.length,
    ...rest,
  });
  const [first, ...others] = blobs;
  if (first === undefined) throw new Error('unreachable: there is a config');
  const manifest = json({
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor(first, configType),
    layers: others.map((blob, index) => {
      const { mediaType, annotations } = layers[index] as Layer;
      return descriptor(blob, mediaType, annotations && { annotations });
    }),
    ...more,
  });
  return { mediaType: manifestType, manifest, digest: digestOf(manifest), blobs, parts: [] };
}
