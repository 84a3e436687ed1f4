-- expand
-- The shop's own orders: the payment that pays one, and cash that is collected at the door.

ALTER TABLE orders ADD COLUMN payment_id uuid, ADD COLUMN cod text;
CREATE UNIQUE INDEX orders_of_payment ON orders (payment_id) WHERE payment_id IS NOT NULL;
