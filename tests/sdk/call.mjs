// Makes each call on standard input, all at once, and says of each what came of it: "done", or the error's class with what it tells.
import { text } from "node:stream/consumers";

import { Gerbang } from "gerbang-client";

const { url, calls } = JSON.parse(await text(process.stdin));
const gerbang = new Gerbang(url, "grb_test_x", { maxRetries: 1 });
const kinds = {
  with_key: (name) => gerbang.createAttempt(name, { method: "qris" }),
  without_key: (name) => gerbang.cancelPayment(name),
  reading: (name) => gerbang.readPayment(name),
  file: async (name) => new TextDecoder().decode(await gerbang.readOrderDocument(name)),
};
const outcomes = await Promise.all(
  calls.map(async ([name, kind]) => {
    try {
      const made = await kinds[kind](name);
      return ["done", kind === "file" ? made : "", "", null];
    } catch (error) {
      return [error.name, error.code ?? "", error.message, error.idempotencyKey ?? null];
    }
  }),
);
console.log(JSON.stringify(outcomes));
