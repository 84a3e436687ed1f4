-- expand
-- Payments by status in one direction, so that a page of them is a range of this index and of no other.
DROP INDEX payments_status;
CREATE INDEX payments_status ON payments (status, created_at, id);
