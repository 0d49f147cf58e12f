import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { S3Settings } from '#src/storage/settings.ts';
import { formatStorageUrl, parseStorageUrl } from './storage-url.ts';

const parse = (text: string, region?: string) => parseStorageUrl(text, { data: '/data', region });

test('filesystem is a folder in the data folder, file:// is any other, memory is memory', () => {
  expect(parse('filesystem')).toEqual({ driver: 'filesystem', root: '/data/storage' });
  expect(parse('file:///srv/my%20blobs')).toEqual({ driver: 'filesystem', root: '/srv/my blobs' });
  expect(parse('memory')).toEqual({ driver: 'memory' });
});

test('a bucket of AWS needs nothing but its name', () => {
  expect(parse('s3://bucket')).toEqual({
    driver: 's3',
    bucket: 'bucket',
    prefix: '',
    region: 'us-east-1',
    pathStyle: false,
    redirect: true,
  });
});

test('every option is read', () => {
  const url =
    's3://bucket/a/b/?region=eu-central-1&endpoint=https://s3.example:9000/&path_style=false&redirect=false&sse=aws:kms' +
    '&kms_key_id=arn:aws:kms:x&storage_class=STANDARD_IA&part_size=32MiB&access_key_id=AK&secret_access_key=a+b/c=%26' +
    '&session_token=t&ca_bundle=/ca.pem&skip_verify=true';

  expect(parse(url)).toEqual({
    driver: 's3',
    bucket: 'bucket',
    prefix: 'a/b',
    region: 'eu-central-1',
    endpoint: 'https://s3.example:9000',
    pathStyle: false,
    redirect: false,
    sseAlgorithm: 'aws:kms',
    kmsKeyId: 'arn:aws:kms:x',
    storageClass: 'STANDARD_IA',
    partSize: 32 * 1024 ** 2,
    accessKeyId: 'AK',
    secretAccessKey: 'a+b/c=&',
    sessionToken: 't',
    caBundle: '/ca.pem',
    skipVerify: true,
  });
});

test('an endpoint means path style unless the URL says otherwise, and the region of the environment counts', () => {
  expect(parse('s3://bucket?endpoint=http://127.0.0.1:9000', 'eu-west-3')).toMatchObject({
    pathStyle: true,
    region: 'eu-west-3',
  });
  expect(parse('s3://bucket?region=here', 'eu-west-3')).toMatchObject({ region: 'here' });
});

test.each([
  ['', 'must be filesystem'],
  ['S3://bucket', 'must be filesystem'],
  ['/srv/blobs', 'must be filesystem'],
  ['file://srv/blobs', 'absolute folder'],
  ['file:///', 'absolute folder'],
  ['s3://', 'must name a bucket'],
  ['s3:bucket', 'must name a bucket'],
  ['s3://key:secret@bucket', 'must name a bucket'],
  ['s3://bucket/../x', 'without empty parts'],
  ['s3://bucket/a//b', 'without empty parts'],
  ['s3://bucket?regoin=x', 'there are region, endpoint'],
  ['s3://bucket?toString=x', 'does not exist'],
  ['s3://bucket?region=a&region=b', 'region twice'],
  ['s3://bucket?region=', 'without a value'],
  ['s3://bucket?region', 'without a value'],
  ['s3://bucket?secret_access_key=a#b', '%23'],
  ['s3://bucket?secret_access_key=100%', '%25'],
  ['s3://bucket?path_style=yes', 'true or false'],
  ['s3://bucket?endpoint=minio:9000', 'endpoint of the form'],
  ['s3://bucket?endpoint=http://minio/path', 'endpoint of the form'],
  ['s3://bucket?sse=aes', 'AES256'],
  ['s3://bucket?part_size=1MiB', 'from 5MiB'],
  ['s3://bucket?part_size=6GiB', 'from 5MiB'],
  ['s3://bucket?part_size=many', 'from 5MiB'],
  ['s3://bucket?access_key_id=a', 'both access_key_id and secret_access_key'],
  ['s3://bucket?session_token=a', 'without access_key_id'],
  ['s3://bucket?kms_key_id=a&sse=AES256', 'needs sse=aws:kms'],
])('%s is refused with the reason', (text, reason) => {
  expect(() => parse(text)).toThrow(reason);
});

test('what is written for an object store is read back the same, without its secrets', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
  const settings = fc.record<S3Settings>(
    {
      driver: fc.constant('s3'),
      bucket: fc.constantFrom('bucket', 'a.b-c_d'),
      prefix: fc.constantFrom('', 'a', 'a b/c%d'),
      region: word,
      endpoint: fc.constantFrom('https://s3.example', 'http://[::1]:9000'),
      pathStyle: fc.boolean(),
      redirect: fc.boolean(),
      storageClass: word,
      partSize: fc.integer({ min: 5 * 1024 ** 2, max: 5 * 1024 ** 3 }),
      caBundle: word,
      skipVerify: fc.boolean(),
    },
    { requiredKeys: ['driver', 'bucket', 'prefix', 'region', 'pathStyle', 'redirect'] },
  );
  fc.assert(
    fc.property(settings, (written) => {
      expect(parse(formatStorageUrl(written))).toEqual(written);
    }),
  );
});

test('secrets are not written', () => {
  const settings = parse('s3://bucket?access_key_id=AK&secret_access_key=hunter2&session_token=hunter2');

  expect(formatStorageUrl(settings)).toMatch(/access_key_id=AK&secret_access_key=\*{8}&session_token=\*{8}$/);
});
