/**
 * Every failure a client may see. The status lives here and nowhere else.
 * The first group is the OCI distribution specification's (Appendix "Error Codes"), the second Harbor's.
 */
export const failures = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  PAGINATION_NUMBER_INVALID: 400,
  RANGE_INVALID: 416,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  UNSUPPORTED: 405,

  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  DENIED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  PRECONDITION: 412,
  VIOLATE_FOREIGN_KEY_CONSTRAINT: 412,
  PROJECTPOLICYVIOLATION: 412,
  REQUEST_ENTITY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE_ENTITY: 422,
  TOO_MANY_REQUEST: 429,
  REQUEST_HEADER_FIELDS_TOO_LARGE: 431,
  UNKNOWN: 500,
  NOT_IMPLEMENTED: 501,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<string, number>;

export type FailureCode = keyof typeof failures;

export interface FailureOptions {
  cause?: unknown;
  /** OCI's `detail`: structured evidence, for instance the digests that are missing. */
  detail?: unknown;
  /** Extra response headers, for instance `Www-Authenticate` or `Range`. */
  headers?: Record<string, string>;
}

export class Failure extends Error {
  readonly code: FailureCode;
  readonly detail: unknown;
  readonly headers: Record<string, string> | undefined;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.detail = options.detail;
    this.headers = options.headers;
  }

  get status(): number {
    return failures[this.code];
  }
}

/** Runs every check of an input, so that a client learns of all that is wrong at once. */
export function together<T extends readonly unknown[]>(...checks: { [K in keyof T]: () => T[K] }): T {
  const problems: string[] = [];
  const results = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'BAD_REQUEST') throw error;
      problems.push(error.message);
      return undefined;
    }
  });
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('; '));
  // One result for each check, in their order: map does not say so.
  return results as unknown as T;
}
