-- expand
-- A payment's page tells what the shop's own systems were told of it.

CREATE INDEX deliveries_of_object ON deliveries (object_id, made_at, id);
