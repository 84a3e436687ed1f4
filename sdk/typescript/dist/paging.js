/** Lists that are longer than one answer: each item in turn, the next page fetched when it is needed. */
/** Every item of a list, page by page: `for await` over it, or over `pages()` for what came in one answer. */
export class Pages {
    #call;
    #send;
    constructor(call, send) {
        this.#call = call;
        this.#send = send;
    }
    async *[Symbol.asyncIterator]() {
        for await (const page of this.pages())
            yield* page;
    }
    /** The items of each answer. */
    async *pages() {
        let cursor;
        do {
            const query = cursor ? { ...this.#call.query, cursor } : this.#call.query;
            const page = await this.#send({ ...this.#call, ...(query && { query }) });
            yield page.data;
            cursor = page.next_cursor;
        } while (cursor);
    }
}
