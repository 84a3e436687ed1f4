-- expand
-- What a person asks of their data, with the day by which it is answered: seen in the work list until somebody has done it, or has said why not.

CREATE TABLE data_requests (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers (id),
    kind text NOT NULL CHECK (kind IN ('access', 'rectification', 'objection', 'erasure')),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completed', 'refused')),
    note text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz
);
CREATE INDEX data_requests_open ON data_requests (due_at, id) WHERE status = 'open';
CREATE INDEX data_requests_listed ON data_requests (created_at, id);
CREATE INDEX data_requests_by_kind ON data_requests (status, kind, created_at, id);
CREATE INDEX data_requests_of_customer ON data_requests (customer_id, created_at, id);
COMMENT ON COLUMN data_requests.note IS 'personal: what somebody asked, in words';
COMMENT ON COLUMN data_requests.answer IS 'personal: what they were answered';
GRANT SELECT, INSERT, UPDATE ON data_requests TO gerbang_app;
