/** What can go wrong: each says what happened, what to do about it (`hint`), and by which id Gerbang's operators find it. */
/** Whatever this package throws about Gerbang. */
export declare class GerbangError extends Error {
    get name(): string;
}
/** Gerbang could not be reached: nothing was sent, so nothing was done. */
export declare class ConnectionFailedError extends GerbangError {
}
/**
 * The request left and no answer came: it may have been done. With `idempotencyKey` the same call does it once however often it is made; where
 * that is undefined, read what there is now before you call again.
 */
export declare class OutcomeUnknownError extends GerbangError {
    readonly idempotencyKey: string | undefined;
    constructor(message: string, idempotencyKey: string | undefined, options?: ErrorOptions);
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
export declare class APIError extends GerbangError {
    readonly status: number;
    readonly idempotencyKey: string | undefined;
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly hint: string;
    readonly retry: string;
    readonly requestId: string;
    readonly errors: FieldError[];
    readonly retryAfterS: number | undefined;
    constructor(status: number, told: Problem, headers: Headers, idempotencyKey: string | undefined);
}
/** The request is not what the operation takes (400, 413, 415, 422 …). */
export declare class InvalidRequestError extends APIError {
}
/** The API key is missing, unknown or revoked (401). */
export declare class AuthenticationError extends APIError {
}
/** The key's role may not do this (403). */
export declare class PermissionDeniedError extends APIError {
}
/** There is no such thing here (404). */
export declare class NotFoundError extends APIError {
}
/** It does not fit what there is now: read it again (409). */
export declare class ConflictError extends APIError {
}
/** Too many requests (429); `retryAfterS` says how long to wait. */
export declare class RateLimitError extends APIError {
}
/** Gerbang or what it calls could not do it (5xx). */
export declare class ServerError extends APIError {
}
/** The error for an answer that is no success. */
export declare function apiError(status: number, told: Problem, headers: Headers, key: string | undefined): APIError;
