/** Verifies what Gerbang sends, after Standard Webhooks: `v1` (HMAC-SHA256, a shared secret) and `v1a` (Ed25519, Gerbang's public key). */
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { GerbangError } from "./errors.js";
const TOLERANCE_S = 300;
const RAW_ED25519 = Buffer.from("302a300506032b6570032100", "hex"); // what stands before the 32 bytes in SPKI
const BYTES = "the very bytes that came, before anything parses them: request.body of express.raw({ type: \"application/json\" }), set on this route before " +
    "express.json(); await request.text() in Next (App Router), Hono and Deno; of a stream, Buffer.concat(await request.toArray())";
/** Do not believe it: answer 400. `reason` is a word for programs, the message says what is wrong and what to do. */
export class WebhookVerificationError extends GerbangError {
    reason;
    constructor(reason, message) {
        super(message);
        this.reason = reason;
    }
}
/**
 * Verifies with any of these keys: an endpoint's `secret` (`whsec_…`) or its `public_key` (`whpk_…`). Name the old and the new one while a secret is
 * replaced. Throws a TypeError for a key that is none.
 */
export class Webhook {
    #secrets;
    #publics;
    #toleranceS;
    constructor(keys, options = {}) {
        const named = [keys].flat().map((key) => (typeof key === "string" ? key.trim() : key)); // a file or a variable often ends with a line
        if (named.length === 0 || named.some((key) => !key))
            throw new TypeError("no key: name the secret (whsec_…) that POST /v1/endpoints or gerbang listen told; is its variable set?");
        this.#secrets = named.filter((key) => !isPublic(key)).map((key) => raw(key));
        this.#publics = named.filter(isPublic).map((key) => publicKey(raw(key)));
        this.#toleranceS = options.toleranceS ?? TOLERANCE_S;
    }
    /** The event, when one signature is good and fresh. Throws a WebhookVerificationError. */
    verify(body, headers, nowS = Date.now() / 1000) {
        if (typeof body !== "string" && !(body instanceof Uint8Array) && !isArrayBuffer(body))
            throw unread(body) ?? parsed("The body is an object");
        if (typeof nowS !== "number")
            throw new TypeError("verify takes the body and the headers of the request: the secret (whsec_…) goes to new Webhook(secret)");
        const bytes = typeof body === "string" ? Buffer.from(body) : isArrayBuffer(body) ? Buffer.from(body) : Buffer.from(body);
        const received = needed(headers);
        if (!this.#fits(received, bytes))
            throw this.#mistake(received, bytes);
        fresh(received.timestamp, nowS, this.#toleranceS);
        return JSON.parse(bytes.toString("utf8"));
    }
    #fits({ id, timestamp, signatures }, body) {
        const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
        return signatures.some(({ version, value }) => {
            if (version === "v1")
                return this.#secrets.filter((key) => equal(hmac(key, content), value)).length > 0; // always all of them
            return version === "v1a" && this.#publics.some((key) => value.length === 64 && verify(null, content, key, value));
        });
    }
    /** Which of the usual mistakes it is. */
    #mistake(received, body) {
        if (body.length === 0)
            return new WebhookVerificationError("body_empty", `The body is empty, and what Gerbang sends never is: something read it before. Verify ${BYTES}.`);
        if (!isMessage(body))
            return noMessage(body);
        const versions = received.signatures.map((one) => one.version);
        if (!(versions.includes("v1") && this.#secrets.length) && !(versions.includes("v1a") && this.#publics.length))
            return new WebhookVerificationError("no_key_for_it", `It is signed by ${versions.join(", ") || "nothing"}, and you named keys for something else: v1 needs the endpoint's secret (whsec_…), v1a its ` +
                "public key (whpk_…). The endpoint's `signing` says which it uses.");
        const written = asSent(body);
        if (written && this.#fits(received, written))
            return new WebhookVerificationError("body_rewritten", `The body was parsed and written anew before it was verified. Verify ${BYTES}.`);
        return new WebhookVerificationError("no_match", "No signature fits: this is another endpoint's secret, an older one whose overlap is over, or the message was changed on its way or is not from " +
            "Gerbang. Take the secret from POST /v1/endpoints or rotate-secret; `gerbang listen` prints one of its own.");
    }
}
function isArrayBuffer(body) {
    return Object.prototype.toString.call(body) === "[object ArrayBuffer]"; // one of another realm, as test runners have, is one too
}
/** What is wrong with something of which nobody has read the bytes yet; undefined where it was parsed. */
function unread(body) {
    if (body === undefined || body === null)
        return mistaken("body_not_read", `The body is ${String(body)}: nobody read it`);
    if (typeof body === "function")
        return mistaken("body_not_read", "The body is a function that nobody called: write () after it, and await before it");
    if (typeof body !== "object")
        return undefined;
    if ("then" in body)
        return mistaken("body_not_read", "The body was not awaited: write await before the call that reads it");
    if ("headers" in body)
        return mistaken("body_not_read", "The body is the whole request: give its bytes");
    if ("getReader" in body || "pipe" in body)
        return mistaken("body_not_read", "The body is a stream that nobody read: read it to its end");
    return undefined;
}
function mistaken(reason, found) {
    return new WebhookVerificationError(reason, `${found}. Verify ${BYTES}.`);
}
/** What became of the JSON that Gerbang sends on its way here. */
function noMessage(body) {
    const text = body.toString("utf8");
    if (body[0] === 0x1f && body[1] === 0x8b)
        return mistaken("body_compressed", "The body is compressed by gzip, as a proxy on its way does: have it left alone, or unpack it first");
    if (/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text) && isMessage(Buffer.from(text, "base64")))
        return mistaken("body_encoded", "The body is base64, as AWS Lambda hands it over where isBase64Encoded is true: decode it first, Buffer.from(event.body, \"base64\")");
    if (/^\s*\{["\n]/.test(text) && !isJson(text))
        return mistaken("body_cut", `The body is cut off, it ends with ${JSON.stringify(text.slice(-20))}: something takes no more than ${body.length} bytes, or did not read to the end`);
    return parsed(`The body is not the JSON that Gerbang sends, it begins with ${JSON.stringify(text.slice(0, 20))}`);
}
function isJson(text) {
    try {
        JSON.parse(text);
        return true;
    }
    catch {
        return false;
    }
}
function parsed(found) {
    return new WebhookVerificationError("body_parsed", `${found}: your framework parsed it, and an object (or what was made into text of it) came here. Verify ${BYTES}.`);
}
/** Whether it may be what Gerbang sent: a JSON object, and not the text of one of the language's own, as [object Object] or a Buffer's. */
function isMessage(body) {
    try {
        const value = JSON.parse(body.toString("utf8"));
        return typeof value === "object" && value !== null && !Array.isArray(value) && value.type !== "Buffer";
    }
    catch {
        return false;
    }
}
function isPublic(key) {
    return key.startsWith("whpk_");
}
/** The bytes of a key as it is shown. */
function raw(key) {
    if (key.startsWith("whsk_"))
        throw new TypeError("whsk_… is a private key: take the endpoint's public_key (whpk_…)");
    if (key.startsWith("grb_"))
        throw new TypeError("that is an API key: take the endpoint's secret (whsec_…), as POST /v1/endpoints told it");
    const found = /^(whsec|whpk)_([A-Za-z0-9+/]+={0,2})$/.exec(key);
    const bytes = Buffer.from(found?.[2] ?? "", "base64");
    if (bytes.length < 24 || (isPublic(key) && bytes.length !== 32))
        throw new TypeError("a webhook's key is whsec_… or whpk_… as POST /v1/endpoints told it, whole and without blanks");
    return bytes;
}
function publicKey(bytes) {
    return createPublicKey({ key: Buffer.concat([RAW_ED25519, bytes]), format: "der", type: "spki" });
}
function needed(headers) {
    if (typeof headers !== "object" || headers === null)
        throw new WebhookVerificationError("header_missing", `The second argument of verify is ${headers === null ? "null" : typeof headers}: give all headers of the request, as verify(body, request.headers). ` +
            "The secret (whsec_…), as POST /v1/endpoints or gerbang listen told it, goes to new Webhook(secret).");
    const pairs = headers instanceof Headers ? [...headers.entries()] : Object.entries(headers);
    const known = new Map(pairs.map(([name, value]) => [name.toLowerCase(), String([value].flat()[0] ?? "")]));
    const missing = ["webhook-id", "webhook-timestamp", "webhook-signature"].filter((name) => !known.get(name));
    if (missing.length && known.has("http_webhook_id"))
        throw new WebhookVerificationError("header_missing", "These are the variables of CGI (HTTP_WEBHOOK_ID …): hand over the headers of the request.");
    if (missing.length)
        throw new WebhookVerificationError("header_missing", `Without ${missing.join(" and ")} nothing can be verified: hand over all headers of the request, and let a proxy in front pass them on.`);
    const signatures = (known.get("webhook-signature") ?? "").split(/\s+/).flatMap((token) => {
        const found = /^([^,]+),([A-Za-z0-9+/]+={0,2})$/.exec(token);
        return found ? [{ version: found[1] ?? "", value: Buffer.from(found[2] ?? "", "base64") }] : [];
    });
    return { id: known.get("webhook-id") ?? "", timestamp: known.get("webhook-timestamp") ?? "", signatures };
}
function fresh(timestamp, nowS, toleranceS) {
    if (!/^\d+$/.test(timestamp))
        throw new WebhookVerificationError("bad_timestamp", "The header webhook-timestamp is no number of seconds.");
    const ageS = nowS - Number(timestamp);
    if (Math.abs(ageS) <= toleranceS)
        return;
    const when = `${Math.abs(ageS).toFixed()} seconds ${ageS > 0 ? "old" : "ahead"}`;
    throw new WebhookVerificationError("stale", `It is signed rightly, and ${when}; ${toleranceS} are taken. It was recorded and sent again, or this machine's clock is wrong: Gerbang signs each ` +
        "attempt anew, so a retry is never old.");
}
function hmac(key, content) {
    return createHmac("sha256", key).update(content).digest();
}
function equal(one, other) {
    return one.length === other.length && timingSafeEqual(one, other);
}
/** How Gerbang would have written what this JSON says, where it does not stand so already. */
function asSent(body) {
    try {
        const written = Buffer.from(JSON.stringify(JSON.parse(body.toString("utf8"))));
        return written.equals(body) ? undefined : written;
    }
    catch {
        return undefined;
    }
}
