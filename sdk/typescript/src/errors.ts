/** What can go wrong: each says what happened, what to do about it (`hint`), and by which id Gerbang's operators find it. */

/** Whatever this package throws about Gerbang. */
export class GerbangError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** Gerbang could not be reached: nothing was sent, so nothing was done. */
export class ConnectionFailedError extends GerbangError {}

/**
 * The request left and no answer came: it may have been done. With `idempotencyKey` the same call does it once however often it is made; where
 * that is undefined, read what there is now before you call again.
 */
export class OutcomeUnknownError extends GerbangError {
  constructor(
    message: string,
    readonly idempotencyKey: string | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What is wrong with one field; `pointer` leads to it in the body (`/amount`), or names a parameter. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** The body of a refusal (RFC 9457). */
export interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  hint?: string;
  retry?: string;
  request_id?: string;
  errors?: FieldError[];
}

/**
 * Gerbang refused. `code` never changes its meaning (all of them stand at /docs/errors of your Gerbang), `hint` is what to do, `errors` name the
 * fields, `retry` says whether the same request may be sent again: `no`, `mended`, `later`, `same_key` or `changed`.
 */
export class APIError extends GerbangError {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly retry: string;
  readonly requestId: string;
  readonly errors: FieldError[];
  readonly retryAfterS: number | undefined;

  constructor(
    readonly status: number,
    told: Problem,
    headers: Headers,
    readonly idempotencyKey: string | undefined,
  ) {
    const requestId = told.request_id ?? headers.get("x-request-id") ?? "";
    const title = told.title ?? `HTTP ${status}`;
    const errors = told.errors ?? [];
    const names = [String(status), told.code, requestId].filter(Boolean).join(", ");
    const fields = errors.map((one) => `${one.pointer} ${one.detail}`).join("; ");
    const detail = told.detail === title ? "" : told.detail;
    super([`${title} (${names}).`, detail, fields, told.hint].filter(Boolean).join(" "));
    this.code = told.code ?? "";
    this.title = title;
    this.detail = told.detail ?? "";
    this.hint = told.hint ?? "";
    this.retry = told.retry ?? "";
    this.requestId = requestId;
    this.errors = errors;
    const after = headers.get("retry-after") ?? "";
    this.retryAfterS = /^\d+$/.test(after) ? Number(after) : undefined;
  }
}

/** The request is not what the operation takes (400, 413, 415, 422 …). */
export class InvalidRequestError extends APIError {}
/** The API key is missing, unknown or revoked (401). */
export class AuthenticationError extends APIError {}
/** The key's role may not do this (403). */
export class PermissionDeniedError extends APIError {}
/** There is no such thing here (404). */
export class NotFoundError extends APIError {}
/** It does not fit what there is now: read it again (409). */
export class ConflictError extends APIError {}
/** Too many requests (429); `retryAfterS` says how long to wait. */
export class RateLimitError extends APIError {}
/** Gerbang or what it calls could not do it (5xx). */
export class ServerError extends APIError {}

const KINDS: Record<number, typeof APIError> = {
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  429: RateLimitError,
};

/** The error for an answer that is no success. */
export function apiError(status: number, told: Problem, headers: Headers, key: string | undefined): APIError {
  const usual = status >= 500 ? ServerError : status >= 400 ? InvalidRequestError : APIError;
  return new (KINDS[status] ?? usual)(status, told, headers, key);
}
