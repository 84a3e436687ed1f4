/** Client of Gerbang: `Gerbang` calls the API, `Webhook` verifies what Gerbang sends. */

export { Gerbang, type GerbangOptions } from "./client.js";
export type { KeyOption } from "./calls.js";
export * from "./errors.js";
export { Pages } from "./paging.js";
export type * from "./types.js";
export { Webhook, WebhookVerificationError, type WebhookHeaders, type WebhookOptions } from "./webhooks.js";
export { VERSION } from "./version.js";
