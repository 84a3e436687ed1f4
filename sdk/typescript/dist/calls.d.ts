/** One call of the API before it is sent, and whether it may be sent twice. */
export interface Call {
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    path: string;
    /** What fills the names in `path`. */
    parts?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    /** Only of operations that take one. */
    idempotencyKey?: string;
}
export interface KeyOption {
    /** Names what is to be done, as your order's number; the same key does it once, however often you call. One is made where you give none. */
    idempotencyKey?: string;
}
/** An Idempotency-Key that nobody else has. */
export declare function newKey(): string;
/** Whether sending it again does it once, however the first time ended. */
export declare function isRepeatable(call: Call): boolean;
/** Path and query as they are written in an address. Throws a TypeError for a part that would lead to another address. */
export declare function addressOf(call: Call): string;
