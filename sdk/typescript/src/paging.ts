/** Lists that are longer than one answer: each item in turn, the next page fetched when it is needed. */

import type { Call } from "./calls.js";

interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}

/** Every item of a list, page by page: `for await` over it, or over `pages()` for what came in one answer. */
export class Pages<T> implements AsyncIterable<T> {
  readonly #call: Call;
  readonly #send: (call: Call) => Promise<Page<T>>;

  constructor(call: Call, send: (call: Call) => Promise<Page<T>>) {
    this.#call = call;
    this.#send = send;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const page of this.pages()) yield* page;
  }

  /** The items of each answer. */
  async *pages(): AsyncGenerator<T[]> {
    let cursor: string | null | undefined;
    do {
      const query = cursor ? { ...this.#call.query, cursor } : this.#call.query;
      const page: Page<T> = await this.#send({ ...this.#call, ...(query && { query }) });
      yield page.data;
      cursor = page.next_cursor;
    } while (cursor);
  }
}
