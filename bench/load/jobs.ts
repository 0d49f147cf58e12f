/** What the load process can be told to do. Plain data: it crosses a process boundary as JSON. */
export type Job = RequestsJob | PushImagesJob | PullImagesJob | PushBlobJob;

export interface RequestSpec {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
  status: number;
  /**
   * Body bytes (for HEAD the announced length). `same`: whatever the first answer to this request had;
   * `some`: at least one byte, may vary (a token).
   */
  length: number | 'same' | 'some';
  /** Checked on the first answer of a run; hashing each would measure the client. */
  sha256?: string;
}

/** Sends the requests in turn over a fixed number of connections, one in flight on each. */
export interface RequestsJob {
  kind: 'requests';
  port: number;
  connections: number;
  requests: RequestSpec[];
  /** Either for so long, in circles, or each request exactly once. */
  until: { milliseconds: number } | 'each-once';
}

export interface ImagePlace {
  seed: string;
  layers: number;
  repository: string;
  tag: string;
}

interface ImagesJob {
  port: number;
  connections: number;
  images: ImagePlace[];
  /** Authorization header by repository; absent for open registries. */
  authorization: Record<string, string>;
}

/** As docker does: HEAD each blob, POST, PATCH (chunked), PUT, then the manifest by tag. */
export interface PushImagesJob extends ImagesJob {
  kind: 'push-images';
}

/** As docker does: HEAD the tag, GET the manifest by digest, GET config and layers. */
export interface PullImagesJob extends ImagesJob {
  kind: 'pull-images';
  verify: boolean;
}

export interface PushBlobJob {
  kind: 'push-blob';
  port: number;
  repository: string;
  authorization?: string;
  seed: string;
  size: number;
  /**
   * `streamed`: POST, one PATCH in chunked transfer coding, PUT (docker). `monolithic`: POST, PUT with the body (crane,
   * oras, containerd). `chunks`: POST, PATCHes of 16 MiB with Content-Range, PUT.
   */
  form: 'streamed' | 'monolithic' | 'chunks';
}

export interface JobResult {
  operations: number;
  bytes: number;
  seconds: number;
  /** Milliseconds, by operation (request or image). */
  latency: { p50: number; p90: number; p99: number; max: number };
}

export type Reply = { result: JobResult } | { error: string };
