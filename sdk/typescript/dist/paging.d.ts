/** Lists that are longer than one answer: each item in turn, the next page fetched when it is needed. */
import type { Call } from "./calls.js";
interface Page<T> {
    data: T[];
    next_cursor?: string | null;
}
/** Every item of a list, page by page: `for await` over it, or over `pages()` for what came in one answer. */
export declare class Pages<T> implements AsyncIterable<T> {
    #private;
    constructor(call: Call, send: (call: Call) => Promise<Page<T>>);
    [Symbol.asyncIterator](): AsyncGenerator<T>;
    /** The items of each answer. */
    pages(): AsyncGenerator<T[]>;
}
export {};
