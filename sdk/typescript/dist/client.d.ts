/** `Gerbang`: the operations of the API over HTTP, by what the platform has (`fetch`). */
import { type Call } from "./calls.js";
import { Operations } from "./operations.js";
import { Pages } from "./paging.js";
export interface GerbangOptions {
    /** How long one try may take, in milliseconds; 30,000 unless you say so. */
    timeoutMs?: number;
    /** How often a call is sent again, only where that does it once; 3 unless you say so. */
    maxRetries?: number;
}
/**
 * Calls the API at `baseUrl` with an API key. What needs an Idempotency-Key has one, made here unless you give your own, and kept over the retries.
 */
export declare class Gerbang extends Operations {
    #private;
    /** Throws a TypeError for an address or a key that cannot be one. */
    constructor(baseUrl: string, apiKey: string, options?: GerbangOptions);
    protected send<T>(call: Call): Promise<T>;
    protected pages<T>(call: Call): Pages<T>;
}
