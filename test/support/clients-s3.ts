/** The registry's storage setting for the S3 server of the tests. */
import type { S3Server } from './s3.ts';

/** The value of MOORAGE_STORAGE that puts blobs into the server's bucket. */
export function storageUrl(server: S3Server, { redirect }: { redirect: boolean }): string {
  const { bucket, region, endpoint = '', accessKeyId = '', secretAccessKey = '' } = server.settings();
  const options = new URLSearchParams({
    region,
    endpoint,
    redirect: String(redirect),
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
  });
  return `s3://${bucket}?${options.toString()}`;
}
