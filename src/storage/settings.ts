/** What `openStorage` needs to know; the configuration room fills it in. Durations are milliseconds. */
export type StorageSettings = FilesystemSettings | S3Settings | MemorySettings;

export interface FilesystemSettings {
  driver: 'filesystem';
  /** Made when absent, but never its parent: a missing parent is most likely an unmounted volume. */
  root: string;
}

/** Objects in this process's memory, gone when it ends: for tests and demonstrations. */
export interface MemorySettings {
  driver: 'memory';
}

export interface S3Settings {
  driver: 's3';
  bucket: string;
  /** Put before every key, without leading or trailing slash; empty for the bucket's top. */
  prefix: string;
  region: string;
  /** Absent for AWS itself. */
  endpoint?: string;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  pathStyle: boolean;
  /** Both or neither. Without them the SDK looks at its usual places: environment, files, web identity, container, instance. */
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  sseAlgorithm?: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  kmsKeyId?: string;
  storageClass?: string;
  /** Answer blob downloads with a redirect to a signed URL. Off when clients cannot reach the endpoint. */
  redirect: boolean;
  /** Bytes of a part of a large upload; 5 MiB at least (a rule of S3), 16 MiB when absent. */
  partSize?: number;
  /** PEM file with certificates to trust beside the usual ones. */
  caBundle?: string;
  /** Accept any certificate. For tests only: it gives the bucket's keys to whoever answers. */
  skipVerify?: boolean;
  timeouts?: S3Timeouts;
}

export interface S3Timeouts {
  /** TCP and TLS connected; default 5 s. */
  connect?: number;
  /** One attempt of one request, until the answer's head; default 60 s. */
  request?: number;
  /** The same for copies and completions, which the store does alone; default ten times as long. */
  slow?: number;
  /** Silence on a body that is being read; default 30 s. */
  idle?: number;
  /** Attempts of one call in all; default 4. */
  attempts?: number;
}
