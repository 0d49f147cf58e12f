import { randomBytes } from 'node:crypto';
import { digestOf } from '#src/oci/digest.ts';
import { mediaTypes } from '#src/oci/media-types.ts';
import { pushBlob, type TestApp } from '../../../test/support/app.ts';

export interface Pushed {
  readonly digest: string;
  /** Of the manifest's own bytes. */
  readonly bytes: number;
  readonly mediaType: string;
}

export interface NewArtifact {
  /** A tag; without one it is pushed by its digest. */
  readonly tag?: string;
  readonly configType?: string;
  /** Bytes as they are, or a value that becomes JSON. */
  readonly config?: Buffer | object;
  readonly layers?: readonly { mediaType?: string; bytes?: Buffer; annotations?: Record<string, string> }[];
  readonly artifactType?: string;
  readonly subject?: Pushed;
  readonly annotations?: Record<string, string>;
}

export interface NewIndex {
  readonly tag?: string;
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
}

/** An answer of the control plane. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  readonly body: any;
}

/** Pushes of whole artifacts to a test server, and reads of its control plane. */
export function client(app: TestApp, as = 'admin') {
  const put = async (
    repository: string,
    reference: string,
    mediaType: string,
    manifest: object,
  ): Promise<Pushed> => {
    const body = Buffer.from(JSON.stringify(manifest));
    const digest = digestOf(body);
    const path = `/v2/${repository}/manifests/${reference === '' ? digest : reference}`;
    const answer = await app.send(as, { method: 'PUT', path, headers: { 'content-type': mediaType }, body });
    if (answer.status !== 201) throw new Error(answer.body.toString());
    return { digest, bytes: body.length, mediaType };
  };
  const blob = async (repository: string, mediaType: string, bytes: Buffer) => {
    await pushBlob(app, as, repository, bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  return {
    blob,
    put,
    async get(path: string): Promise<ApiAnswer> {
      const escaped = `/api/v2.0${path.replaceAll(' ', '%20')}`;
      const { status, headers, body } = await app.send(as, { method: 'GET', path: escaped });
      return { status, headers, body: body.length === 0 ? undefined : JSON.parse(body.toString()) };
    },
    async push(repository: string, one: NewArtifact = {}): Promise<Pushed> {
      const { tag = '', configType = mediaTypes.ociConfig, config = {}, layers = [{}] } = one;
      const bytes = Buffer.isBuffer(config) ? config : Buffer.from(JSON.stringify(config));
      const mediaType = mediaTypes.ociManifest;
      const subject = one.subject && {
        mediaType: one.subject.mediaType,
        digest: one.subject.digest,
        size: one.subject.bytes,
      };
      const named = [];
      for (const { mediaType: type = mediaTypes.ociLayer, bytes = randomBytes(32), annotations } of layers) {
        named.push({ ...(await blob(repository, type, bytes)), ...(annotations && { annotations }) });
      }
      return put(repository, tag, mediaType, {
        schemaVersion: 2,
        mediaType,
        ...(one.artifactType && { artifactType: one.artifactType }),
        config: await blob(repository, configType, bytes),
        layers: named,
        ...(subject && { subject }),
        ...(one.annotations && { annotations: one.annotations }),
      });
    },
    index(repository: string, children: readonly object[], one: NewIndex = {}): Promise<Pushed> {
      const { tag = '', ...rest } = one;
      const mediaType = mediaTypes.ociIndex;
      return put(repository, tag, mediaType, { schemaVersion: 2, mediaType, manifests: children, ...rest });
    },
  };
}

/** How an index names a child. */
export const childOf = ({ digest, bytes, mediaType }: Pushed, more: object = {}) => ({
  mediaType,
  digest,
  size: bytes,
  ...more,
});
