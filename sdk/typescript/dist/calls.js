/** One call of the API before it is sent, and whether it may be sent twice. */
/** An Idempotency-Key that nobody else has. */
export function newKey() {
    return crypto.randomUUID();
}
/** Whether sending it again does it once, however the first time ended. */
export function isRepeatable(call) {
    return call.method === "GET" || call.idempotencyKey !== undefined;
}
/** Path and query as they are written in an address. Throws a TypeError for a part that would lead to another address. */
export function addressOf(call) {
    let path = call.path;
    for (const [name, value] of Object.entries(call.parts ?? {})) {
        if (typeof value !== "string" || value.split("/").some((one) => ["", ".", ".."].includes(one)))
            throw new TypeError(`${name} must be an id as Gerbang gave it, not ${JSON.stringify(value)}`);
        const quoted = encodeURIComponent(value);
        path = path.replace(`{${name}}`, () => (name === "name" ? quoted.replaceAll("%2F", "/") : quoted));
    }
    const given = Object.entries(call.query ?? {}).filter(([, value]) => value !== undefined && value !== null);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return query ? `${path}?${query}` : path;
}
