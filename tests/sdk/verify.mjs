// Verifies each message on standard input, and says of each what came of it: "good", or the reason why not with the sentence for people.
import { text } from "node:stream/consumers";

import { Webhook } from "gerbang-client";

const verdicts = JSON.parse(await text(process.stdin)).map(({ keys, headers, body, parsed, now }) => {
  try {
    const event = new Webhook(keys).verify(parsed ? JSON.parse(body) : Buffer.from(body, "utf8"), headers, now);
    return ["good", JSON.stringify(event) === JSON.stringify(JSON.parse(body)) ? "" : "another event"];
  } catch (error) {
    return [error.reason ?? error.constructor.name, error.message];
  }
});
console.log(JSON.stringify(verdicts));
