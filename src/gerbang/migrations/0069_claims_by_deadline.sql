-- expand
-- Where a claim stands in the list, read from the highest: what waits for the seller by its deadline, soonest first, then without one, oldest first; what is under way, and
-- what is over, newest first. A number so far ahead that no moment reaches it is kept for each of the first three.

ALTER TABLE order_claims ADD COLUMN place timestamptz NOT NULL GENERATED ALWAYS AS (to_timestamp((CASE
    WHEN waits AND decide_by IS NOT NULL THEN 200000000000 - extract(epoch FROM decide_by AT TIME ZONE 'UTC')
    WHEN waits THEN 150000000000 - extract(epoch FROM created_at AT TIME ZONE 'UTC')
    WHEN status NOT IN ('refused', 'withdrawn', 'refunded', 'done') THEN 100000000000 + extract(epoch FROM created_at AT TIME ZONE 'UTC')
    ELSE extract(epoch FROM created_at AT TIME ZONE 'UTC') END)::float8)) STORED;
CREATE INDEX order_claims_placed ON order_claims (place, id);
CREATE INDEX order_claims_placed_waiting ON order_claims (place, id) WHERE waits;
CREATE INDEX order_claims_placed_of_shop ON order_claims (connection, place, id);
CREATE INDEX order_claims_placed_of_shop_waiting ON order_claims (connection, place, id) WHERE waits;
DROP INDEX order_claims_listed, order_claims_waiting, order_claims_of_shop, order_claims_of_shop_waiting;
