/** Verifies what Gerbang sends, after Standard Webhooks: `v1` (HMAC-SHA256, a shared secret) and `v1a` (Ed25519, Gerbang's public key). */
import { GerbangError } from "./errors.js";
import type { DeliveredEvent } from "./types.js";
/** Do not believe it: answer 400. `reason` is a word for programs, the message says what is wrong and what to do. */
export declare class WebhookVerificationError extends GerbangError {
    readonly reason: string;
    constructor(reason: string, message: string);
}
/** The headers of a request, as `fetch` and as Node hold them. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;
export interface WebhookOptions {
    /** How old or how far ahead a message may be, in seconds; 300 unless you say so. */
    toleranceS?: number;
}
/**
 * Verifies with any of these keys: an endpoint's `secret` (`whsec_…`) or its `public_key` (`whpk_…`). Name the old and the new one while a secret is
 * replaced. Throws a TypeError for a key that is none.
 */
export declare class Webhook {
    #private;
    constructor(keys: string | string[], options?: WebhookOptions);
    /** The event, when one signature is good and fresh. Throws a WebhookVerificationError. */
    verify(body: string | Uint8Array | ArrayBuffer, headers: WebhookHeaders, nowS?: number): DeliveredEvent;
}
