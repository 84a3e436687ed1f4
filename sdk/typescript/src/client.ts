/** `Gerbang`: the operations of the API over HTTP, by what the platform has (`fetch`). */

import { type Call, addressOf } from "./calls.js";
import { exchange } from "./exchange.js";
import { Operations } from "./operations.js";
import { Pages } from "./paging.js";
import { VERSION } from "./version.js";

export interface GerbangOptions {
  /** How long one try may take, in milliseconds; 30,000 unless you say so. */
  timeoutMs?: number;
  /** How often a call is sent again, only where that does it once; 3 unless you say so. */
  maxRetries?: number;
}

/**
 * Calls the API at `baseUrl` with an API key. What needs an Idempotency-Key has one, made here unless you give your own, and kept over the retries.
 */
export class Gerbang extends Operations {
  readonly #baseUrl: string;
  readonly #apiKey: string;
  readonly #timeoutMs: number;
  readonly #maxRetries: number;

  /** Throws a TypeError for an address or a key that cannot be one. */
  constructor(baseUrl: string, apiKey: string, options: GerbangOptions = {}) {
    super();
    if (!/^https?:\/\//.test(baseUrl))
      throw new TypeError(`baseUrl is where your Gerbang answers, as https://pay.example.com, not ${JSON.stringify(baseUrl)}`);
    if (!/^grb_[!-~]+$/.test(apiKey)) throw new TypeError("apiKey is what POST /v1/api-keys told, and begins with grb_");
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#apiKey = apiKey;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#maxRetries = options.maxRetries ?? 3;
  }

  protected override send<T>(call: Call): Promise<T> {
    const url = this.#baseUrl + addressOf(call);
    const headers = {
      authorization: `Bearer ${this.#apiKey}`,
      accept: "application/json",
      "user-agent": `gerbang-client-typescript/${VERSION}`,
      ...(call.idempotencyKey !== undefined && { "idempotency-key": call.idempotencyKey }),
      ...(call.body !== undefined && { "content-type": "application/json" }),
    };
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const once = () =>
      fetch(url, { method: call.method, headers, body, redirect: "manual", signal: AbortSignal.timeout(this.#timeoutMs) });
    return exchange<T>(call, once, this.#maxRetries);
  }

  protected override pages<T>(call: Call): Pages<T> {
    return new Pages<T>(call, (one) => this.send(one));
  }
}
