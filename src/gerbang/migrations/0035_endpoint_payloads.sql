-- expand
-- Payloads that name people, for endpoints that may hear of them; how fast an endpoint is sent to, over all workers; bodies that end after a while.

ALTER TABLE endpoints
    ADD COLUMN include text[] NOT NULL DEFAULT '{}',
    ADD COLUMN paced_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN is_clearing boolean NOT NULL DEFAULT false;
CREATE INDEX endpoints_clearing ON endpoints (id) WHERE is_clearing;

-- A body that names people stands by itself, so that erasing a person erases it: what is still to be sent then goes out without.
CREATE TABLE personal_bodies (
    event_id uuid PRIMARY KEY,
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX personal_bodies_of_object ON personal_bodies (object_id, object_type);
COMMENT ON COLUMN personal_bodies.body IS 'personal: the payer of a payment, for endpoints that include it';

-- What is older than it is kept for is found by its time; the deliveries of an event by the event.
CREATE INDEX outgoing_messages_made ON outgoing_messages (made_at, event_id);
ALTER TABLE deliveries DROP CONSTRAINT deliveries_endpoint_id_event_id_key;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_once UNIQUE (event_id, endpoint_id);

GRANT SELECT, INSERT, DELETE ON personal_bodies TO gerbang_app;
GRANT DELETE ON outgoing_messages, sealed_secrets TO gerbang_app;
GRANT UPDATE (request_headers, response_headers, response_body, is_cut) ON delivery_attempts TO gerbang_app;
