-- W1's reference: one durable row with a body of 512 bytes and a unique key.
INSERT INTO reference_inbox (connection, key, body, verified)
VALUES ('bench', gen_random_uuid()::text, decode(repeat('7b2261223a317d2c', 64), 'hex'), true);
