/** Client of Gerbang: `Gerbang` calls the API, `Webhook` verifies what Gerbang sends. */
export { Gerbang } from "./client.js";
export * from "./errors.js";
export { Pages } from "./paging.js";
export { Webhook, WebhookVerificationError } from "./webhooks.js";
export { VERSION } from "./version.js";
