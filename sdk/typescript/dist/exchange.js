/** One call from its first request to its result: what an answer means, and whether to try again. */
import { isRepeatable } from "./calls.js";
import { ConnectionFailedError, OutcomeUnknownError, apiError } from "./errors.js";
const PASSING = [408, 429, 500, 502, 503, 504]; // of a proxy in front, which says nothing of its own
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];
const FIRST_MS = 500;
const LONGEST_MS = 8_000;
const LONGEST_ASKED_S = 60; // whoever is told to wait longer is told so instead
/** Sends with `once` until there is a result. Throws an APIError, ConnectionFailedError or OutcomeUnknownError. */
export async function exchange(call, once, maxRetries) {
    for (let left = maxRetries, pauseMs = FIRST_MS;; left -= 1, pauseMs = Math.min(LONGEST_MS, pauseMs * 2)) {
        const [error, asked] = await attempt(call, once);
        if (!(error instanceof Error))
            return error.result;
        if (asked === undefined || left <= 0)
            throw error;
        const jittered = pauseMs * (0.75 + Math.random() / 2); // so that many do not come back at once
        await new Promise((resolve) => setTimeout(resolve, Math.max(jittered, asked * 1000)));
    }
}
/** The result, or what went wrong with the seconds that Gerbang asked to wait; undefined where it must not be sent again. */
async function attempt(call, once) {
    let answer;
    let body;
    try {
        answer = await once();
        body = new Uint8Array(await answer.arrayBuffer());
    }
    catch (cause) {
        return failed(call, cause);
    }
    const isJson = (answer.headers.get("content-type") ?? "").includes("json");
    const told = body.length > 0 && isJson ? JSON.parse(new TextDecoder().decode(body)) : undefined;
    if (answer.ok)
        return [{ result: (body.length > 0 && !isJson ? body : told) }]; // a file is answered as its bytes
    const error = apiError(answer.status, (told ?? {}), answer.headers, call.idempotencyKey);
    const asked = error.retryAfterS ?? 0;
    return mayRepeat(call, error) && asked <= LONGEST_ASKED_S ? [error, asked] : [error];
}
/** `later` says that nothing was done. All else may have been done, so it needs a key, or a call that changes nothing. */
function mayRepeat(call, error) {
    if (error.retry === "later")
        return error.status === 429 || error.status === 503;
    return isRepeatable(call) && (error.retry === "same_key" || (!error.code && PASSING.includes(error.status)));
}
function failed(call, error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = String(cause?.code ?? "");
    if (NOT_SENT.includes(code))
        return [new ConnectionFailedError(`Gerbang cannot be reached: ${code}`, { cause: error }), 0];
    const said = `No answer came to ${call.method} ${call.path}: ${code || String(cause)}`;
    const unknown = new OutcomeUnknownError(said, call.idempotencyKey, { cause: error });
    return isRepeatable(call) ? [unknown, 0] : [unknown];
}
