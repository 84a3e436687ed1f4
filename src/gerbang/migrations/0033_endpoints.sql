-- expand
-- Endpoints of the shop's own systems, and every message on its way to one: a row from the moment of its cause until the receiver has it.

CREATE TABLE endpoints (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL DEFAULT '',
    events text[] NOT NULL,
    signing text NOT NULL,
    ordered boolean NOT NULL DEFAULT false,
    rate_per_s int,
    profile text NOT NULL DEFAULT 'standard',
    disabled text,
    failing_since timestamptz,
    failing_told_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT business_now(),
    updated_at timestamptz NOT NULL DEFAULT business_now(),
    deleted_at timestamptz,
    CONSTRAINT endpoints_rate CHECK (rate_per_s > 0)
);

-- What is sent of one announcement: the same bytes to every endpoint and at every try. They name nobody: what they hold of a payment is what an
-- announcement may hold, and what the shop itself wrote.
CREATE TABLE outgoing_messages (
    event_id uuid PRIMARY KEY,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT business_now()
);

-- Without foreign keys: their checks cost more than the row, and endpoints and messages are never deleted under a delivery.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    sequence int NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    tries int NOT NULL DEFAULT 0,
    earlier_tries int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    lease_until timestamptz,
    made_at timestamptz NOT NULL DEFAULT business_now(),
    UNIQUE (endpoint_id, event_id),
    CONSTRAINT deliveries_due CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX deliveries_due_of_endpoint ON deliveries (endpoint_id, next_attempt_at, id) WHERE status = 'pending';
CREATE INDEX deliveries_pending_of_object ON deliveries (endpoint_id, object_id, sequence) WHERE status = 'pending';
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, made_at, id);

-- Attempts only come: none is changed.
CREATE TABLE delivery_attempts (
    delivery_id uuid NOT NULL,
    number int NOT NULL,
    at timestamptz NOT NULL,
    status_code int,
    duration_ms int NOT NULL,
    error text,
    address text NOT NULL DEFAULT '',
    timings jsonb NOT NULL DEFAULT '{}',
    request_headers jsonb NOT NULL DEFAULT '{}',
    response_headers jsonb NOT NULL DEFAULT '{}',
    response_body bytea NOT NULL DEFAULT '',
    is_cut boolean NOT NULL DEFAULT false,
    PRIMARY KEY (delivery_id, number)
);

COMMENT ON COLUMN delivery_attempts.address IS 'not personal: of the server that received it';

GRANT SELECT, INSERT, UPDATE ON endpoints, outgoing_messages, deliveries TO gerbang_app;
GRANT SELECT, INSERT ON delivery_attempts TO gerbang_app;
