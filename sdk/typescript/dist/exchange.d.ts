/** One call from its first request to its result: what an answer means, and whether to try again. */
import { type Call } from "./calls.js";
/** Sends with `once` until there is a result. Throws an APIError, ConnectionFailedError or OutcomeUnknownError. */
export declare function exchange<T>(call: Call, once: () => Promise<Response>, maxRetries: number): Promise<T>;
