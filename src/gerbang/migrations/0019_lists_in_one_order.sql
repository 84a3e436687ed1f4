-- expand
-- Every list has its order from one index, whatever is asked of it and whatever the planner thinks of its values.

-- What an order or a person has, by status: of each status the newest are merged. These take the place of indexes without the status.
DROP INDEX payments_order;
CREATE INDEX payments_order ON payments (order_reference, status, created_at, id) WHERE order_reference IS NOT NULL;
DROP INDEX payments_owner;
CREATE INDEX payments_owner ON payments (owner_id, status, created_at, id) WHERE owner_id IS NOT NULL;

-- In one direction, so that a page is a range of this index and of no other.
DROP INDEX refunds_status;
CREATE INDEX refunds_status ON refunds (status, created_at, id);
DROP INDEX refunds_payment;
CREATE INDEX refunds_payment ON refunds (payment_id, created_at, id);
CREATE INDEX refunds_doubt ON refunds (created_at, id) WHERE status = 'unknown' AND failure IS NOT NULL;
DROP INDEX approvals_status;
CREATE INDEX approvals_status ON approvals (status, requested_at, id);
CREATE INDEX approvals_refund ON approvals (refund_id, requested_at);
