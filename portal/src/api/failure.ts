interface FailureOptions {
  readonly requestId: string | undefined;
  readonly detail: unknown;
  readonly cause: unknown;
}

/** A request that did not succeed. The message is the server's own. */
export class ApiFailure extends Error {
  /** 0: there was no answer at all. */
  readonly status: number;
  readonly requestId: string | undefined;
  /** Structured evidence, as the server gave it with the first of its messages. */
  readonly detail: unknown;

  constructor(status: number, message: string, more: Partial<FailureOptions> = {}) {
    super(message, { cause: more.cause });
    this.status = status;
    this.requestId = more.requestId;
    this.detail = more.detail;
  }
}

export const isUnauthorized = (error: unknown): boolean =>
  error instanceof ApiFailure && error.status === 401;
