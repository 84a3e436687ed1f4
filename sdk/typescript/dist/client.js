/** `Gerbang`: the operations of the API over HTTP, by what the platform has (`fetch`). */
import { addressOf } from "./calls.js";
import { exchange } from "./exchange.js";
import { Operations } from "./operations.js";
import { Pages } from "./paging.js";
import { VERSION } from "./version.js";
/**
 * Calls the API at `baseUrl` with an API key. What needs an Idempotency-Key has one, made here unless you give your own, and kept over the retries.
 */
export class Gerbang extends Operations {
    #baseUrl;
    #apiKey;
    #timeoutMs;
    #maxRetries;
    /** Throws a TypeError for an address or a key that cannot be one. */
    constructor(baseUrl, apiKey, options = {}) {
        super();
        if (!/^https?:\/\//.test(baseUrl))
            throw new TypeError(`baseUrl is where your Gerbang answers, as https://pay.example.com, not ${JSON.stringify(baseUrl)}`);
        if (!/^grb_[!-~]+$/.test(apiKey))
            throw new TypeError("apiKey is what POST /v1/api-keys told, and begins with grb_");
        this.#baseUrl = baseUrl.replace(/\/+$/, "");
        this.#apiKey = apiKey;
        this.#timeoutMs = options.timeoutMs ?? 30_000;
        this.#maxRetries = options.maxRetries ?? 3;
    }
    send(call) {
        const url = this.#baseUrl + addressOf(call);
        const headers = {
            authorization: `Bearer ${this.#apiKey}`,
            accept: "application/json",
            "user-agent": `gerbang-client-typescript/${VERSION}`,
            ...(call.idempotencyKey !== undefined && { "idempotency-key": call.idempotencyKey }),
            ...(call.body !== undefined && { "content-type": "application/json" }),
        };
        const body = call.body === undefined ? null : JSON.stringify(call.body);
        const once = () => fetch(url, { method: call.method, headers, body, redirect: "manual", signal: AbortSignal.timeout(this.#timeoutMs) });
        return exchange(call, once, this.#maxRetries);
    }
    pages(call) {
        return new Pages(call, (one) => this.send(one));
    }
}
