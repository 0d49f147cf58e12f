import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import {
  type CopyObjectCommandInput,
  GetObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { uniqueName } from './layout.ts';
import type { S3Settings } from './settings.ts';

/** S3 refuses smaller parts, the last one aside. */
const minimumPart = 5 << 20;
/** S3 refuses larger parts, and larger objects in one copy. */
export const maximumPart: number = 5 * 1024 ** 3;
const maximumParts = 10_000;
const defaultPart = 16 << 20;

/** One bucket and how to talk to it: the part that the S3 driver's pieces share. */
export class S3Store {
  readonly bucket: string;
  /** `<prefix>/`, or empty. */
  readonly prefix: string;
  /** Large objects are cut into parts of this size, at first. */
  readonly partSize: number;
  /** A remainder of at least this many bytes may become a part of its own when an upload pauses. */
  readonly shortestPart: number;
  readonly #equalParts: boolean;
  readonly idle: number;
  /** What the start-up probe found out. */
  readonly can: { checksum: boolean; copyRange: boolean; tag: boolean } = {
    checksum: true,
    copyRange: true,
    tag: true,
  };
  readonly #settings: S3Settings;
  readonly #limits: { quick: number; slow: number };
  #client: S3Client;

  constructor(settings: S3Settings) {
    const { timeouts, endpoint, prefix, partSize } = settings;
    this.#settings = settings;
    this.bucket = settings.bucket;
    this.prefix = prefix === '' ? '' : `${prefix}/`;
    this.partSize = Math.min(Math.max(partSize ?? defaultPart, minimumPart), maximumPart);
    // Cloudflare's R2 wants all parts of one size, the last one aside.
    this.#equalParts = endpoint?.endsWith('.r2.cloudflarestorage.com') ?? false;
    this.shortestPart = this.#equalParts ? this.partSize : minimumPart;
    this.idle = timeouts?.idle ?? 30_000;
    const attempt = timeouts?.request ?? 60_000;
    // Copies and the completion of a large upload move gigabytes inside the server before it answers.
    this.#limits = { quick: attempt, slow: timeouts?.slow ?? attempt * 10 };
    this.#client = openClient(settings, true);
  }

  get client(): S3Client {
    return this.#client;
  }

  /** For servers that do not know the CRC headers: then the SHA-256 in the signature protects what is sent. */
  withoutChecksums(): void {
    this.#client.destroy();
    this.#client = openClient(this.#settings, false);
    this.can.checksum = false;
  }

  newKey(folder: 'blobs' | 'drafts' | 'probe'): string {
    return `${this.prefix}${folder}/${uniqueName()}`;
  }

  /** Size of the n-th part (from 1). Doubled every 1,000 parts, 10,000 of them hold 16 TiB. */
  partSizeAt(number: number): number {
    if (this.#equalParts) return this.partSize;
    return Math.min(this.partSize * 2 ** Math.floor((number - 1) / 1_000), maximumPart);
  }

  /** A further part would be refused by S3 after all its bytes were sent. */
  checkPartNumber(number: number): void {
    if (number <= maximumParts) return;
    throw new Error(`the upload has ${maximumParts} parts, as many as S3 allows; raise part_size`);
  }

  /** For an object that stays. */
  lasting(): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId' | 'StorageClass'> {
    const { storageClass } = this.#settings;
    return {
      ...this.passing(),
      // The SDK's list of classes is never complete; compatible servers have their own.
      ...(storageClass ? { StorageClass: storageClass as CopyObjectCommandInput['StorageClass'] } : {}),
    };
  }

  /** For an object that goes soon: classes for rare access bill for 30 days at least. */
  passing(): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    const { sseAlgorithm, kmsKeyId } = this.#settings;
    return {
      ...(sseAlgorithm ? { ServerSideEncryption: sseAlgorithm } : {}),
      ...(kmsKeyId ? { SSEKMSKeyId: kmsKeyId } : {}),
    };
  }

  /** The value of the CopySource header: bucket and key, each part percent-encoded. */
  copySource(key: string): string {
    return `${this.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** Runs one call of the SDK (with its retries) within a deadline; `slow` for work that the server does alone. */
  async call<T>(
    signal: AbortSignal,
    send: (options: { abortSignal: AbortSignal; requestTimeout: number }) => Promise<T>,
    slow = false,
  ): Promise<T> {
    signal.throwIfAborted();
    const limit = slow ? this.#limits.slow : this.#limits.quick;
    const deadline = new AbortController();
    // Each attempt has its own limit until the answer begins; this one also ends an answer that never ends.
    const timer = setTimeout(
      () => deadline.abort(new Error('the object store did not answer in time')),
      limit * 5,
    );
    try {
      const abortSignal = AbortSignal.any([signal, deadline.signal]);
      return await send({ abortSignal, requestTimeout: limit });
    } catch (error) {
      signal.throwIfAborted();
      deadline.signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** True when the store itself says that the key does not exist. A HEAD's 404 cannot tell key from bucket. */
  async isAbsent(key: string, signal: AbortSignal): Promise<boolean> {
    try {
      const found = await this.call(signal, (options) =>
        this.client.send(
          new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: 'bytes=0-0' }),
          options,
        ),
      );
      await found.Body?.transformToByteArray();
      return false;
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return true;
      if (codeOf(error) === 'InvalidRange') return false; // it is there, and empty
      throw error;
    }
  }
}

function openClient(settings: S3Settings, checksums: boolean): S3Client {
  const client = new S3Client(clientConfig(settings, checksums));
  if (!checksums || settings.endpoint?.startsWith('http:')) return client;
  // TLS and the CRC-32, which is signed, protect the body; its SHA-256 beside them would cost 0.57 s of CPU a GiB.
  client.middlewareStack.add(
    (next, context) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }; // an HTTP request in this step
      if (/^(PutObject|UploadPart)Command$/.test(String(context['commandName']))) {
        headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      }
      return next(args);
    },
    { step: 'build', name: 'leaveBodyUnsigned' },
  );
  return client;
}

function clientConfig(settings: S3Settings, checksums: boolean): S3ClientConfig {
  const { accessKeyId, secretAccessKey, sessionToken, timeouts, endpoint, caBundle, skipVerify } = settings;
  const agent = { keepAlive: true, maxSockets: 256 };
  return {
    region: settings.region,
    forcePathStyle: settings.pathStyle,
    ...(endpoint ? { endpoint } : {}),
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
      : {}),
    maxAttempts: timeouts?.attempts ?? 4,
    requestChecksumCalculation: checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    // The reader compares checksums itself: the SDK's wrapper costs a copy of every byte.
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With "Expect: 100-continue" the SDK makes a connection for each part, and without our certificates.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: timeouts?.connect ?? 5_000,
      requestTimeout: timeouts?.request ?? 60_000,
      throwOnRequestTimeout: true,
      // Silence is normal while a slow client drains a download: the reader times only its own waiting.
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: {
        ...agent,
        ...(caBundle ? { ca: [...getCACertificates('default'), readFileSync(caBundle, 'utf8')] } : {}),
        ...(skipVerify ? { rejectUnauthorized: false } : {}),
      },
    },
  };
}

/** The error code of S3's answer, for instance `NoSuchKey`; the SDK makes it the error's name. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** A HEAD answer has no body to hold a code. */
export function isBare404(error: unknown): boolean {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return (
    metadata?.httpStatusCode === 404 && (codeOf(error) === 'NotFound' || codeOf(error) === 'UnknownError')
  );
}
