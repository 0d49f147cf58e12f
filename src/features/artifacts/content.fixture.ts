import { digestOf } from '#src/oci/digest.ts';
import { makeImage, pushBlob, pushImage, type TestApp, type TestImage } from '#test/support/app.ts';
import type { HttpAnswer } from '#test/support/http.ts';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** Pushes whatever it is given as a manifest; by digest unless a tag is given. Returns its digest. */
export async function pushManifest(
  app: TestApp,
  repository: string,
  manifest: { mediaType: string; [member: string]: unknown },
  tag?: string,
): Promise<string> {
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest }));
  const digest = digestOf(body);
  const { status, code } = await app.send('admin', {
    method: 'PUT',
    path: `/v2/${repository}/manifests/${tag ?? digest}`,
    headers: { 'content-type': manifest.mediaType },
    body,
  });
  if (status !== 201) throw new Error(`the push answered ${status} ${code}`);
  return digest;
}

/** An image without a tag. */
export async function pushUntagged(
  app: TestApp,
  repository: string,
  image = makeImage(),
): Promise<TestImage> {
  await pushImage(app, 'admin', repository, image.digest, image);
  return image;
}

export function pushIndex(
  app: TestApp,
  repository: string,
  children: readonly { digest: string; manifest: Buffer }[],
  tag?: string,
): Promise<string> {
  const manifests = children.map(({ digest, manifest }) => ({
    mediaType: ociManifest,
    digest,
    size: manifest.length,
  }));
  return pushManifest(app, repository, { mediaType: ociIndex, manifests }, tag);
}

/** Something that belongs to the subject, of a type of its own. */
export async function pushAccessory(
  app: TestApp,
  repository: string,
  subject: string,
  tag?: string,
): Promise<string> {
  const config = Buffer.from('{}');
  await pushBlob(app, 'admin', repository, config);
  const manifest = {
    mediaType: ociManifest,
    artifactType: 'application/vnd.example.note',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(config), size: 2 },
    layers: [],
    subject: { mediaType: ociManifest, digest: subject, size: 2 },
    annotations: { number: String(Math.random()) },
  };
  return pushManifest(app, repository, manifest, tag);
}

/** A call of the control plane. */
export function call(
  app: TestApp,
  who: string,
  method: string,
  path: string,
  body?: object,
): Promise<HttpAnswer> {
  return app.send(who, {
    method,
    path: `/api/v2.0${path}`,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** Every promise about a blob made so far is over. */
export async function letLeasesEnd(app: TestApp): Promise<void> {
  const past = new Date(Date.now() - 86_400_000);
  await app.database.db.updateTable('blob').set({ leased_until: past }).execute();
}

/** Digests of what a repository holds. */
export async function digestsIn(app: TestApp, repository: string): Promise<string[]> {
  const rows = await app.database.db
    .selectFrom('artifact')
    .innerJoin('repository', 'repository.repository_id', 'artifact.repository_id')
    .select('digest')
    .where('name', '=', repository)
    .execute();
  return rows.map(({ digest }) => digest).sort();
}

/** Bytes that a project is charged for, as two sources tell: the counter, and the blobs of its repositories. */
export async function chargedFor(
  app: TestApp,
  project: number,
): Promise<{ counted: number; linked: number }> {
  const { db } = app.database;
  const quota = await db
    .selectFrom('quota')
    .select('used_storage')
    .where('project_id', '=', project)
    .executeTakeFirstOrThrow();
  const charges = await db
    .selectFrom('quota_charge')
    .select('bytes')
    .where('project_id', '=', project)
    .execute();
  const blobs = await db
    .selectFrom('repository_blob as l')
    .innerJoin('repository as r', 'r.repository_id', 'l.repository_id')
    .innerJoin('blob as b', 'b.id', 'l.blob_id')
    .select(['b.id', 'b.size'])
    .distinct()
    .where('r.project_id', '=', project)
    .execute();
  return {
    counted: quota.used_storage + charges.reduce((sum, { bytes }) => sum + bytes, 0),
    linked: blobs.reduce((sum, { size }) => sum + size, 0),
  };
}

/** The audit entries about a repository's content since the beginning, without those of pushes. */
export async function changesOf(app: TestApp, repository: string) {
  const rows = await app.database.db
    .selectFrom('audit_log')
    .select(['username', 'operation', 'resource_type', 'resource', 'detail'])
    .where('resource', 'like', `${repository}%`)
    .where('operation_result', '=', true)
    .orderBy('id')
    .execute();
  return rows.filter(({ operation, resource_type, detail }) => {
    const isPush = operation === 'create' && resource_type === 'artifact' && !detail?.['copied_from'];
    return !isPush && operation !== 'pull';
  });
}
