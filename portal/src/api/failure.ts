/** A request that did not succeed. The message is the server's own. */
export class ApiFailure extends Error {
  /** 0: there was no answer at all. */
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(status: number, message: string, requestId?: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.requestId = requestId;
  }
}

export const isUnauthorized = (error: unknown): boolean =>
  error instanceof ApiFailure && error.status === 401;
