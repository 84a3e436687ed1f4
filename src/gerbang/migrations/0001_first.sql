-- expand
-- Everything the first paid order needs. Money is NUMERIC(78,0) in minor units; ids are UUIDv7; times are timestamptz.

-- ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE business_clock (one boolean PRIMARY KEY DEFAULT true CHECK (one), offset_s bigint NOT NULL DEFAULT 0);
INSERT INTO business_clock DEFAULT VALUES;

CREATE FUNCTION business_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT now() + make_interval(secs => offset_s) FROM business_clock $$;

-- ── secrets: the sealed store ───────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE root_keys (fingerprint text PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE sealed_secrets (
    name text NOT NULL,
    version int NOT NULL,
    root_fingerprint text NOT NULL REFERENCES root_keys,
    wrapped_key bytea NOT NULL,
    sealed_value bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (name, version)
);

-- ── identity ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL DEFAULT '',
    locale text NOT NULL DEFAULT 'id',
    role text NOT NULL CHECK (role IN ('customer', 'support', 'finance', 'developer', 'admin')),
    password_hash text NOT NULL,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE session_families (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    revoked_for text
);
CREATE INDEX session_families_user ON session_families (user_id);

CREATE TABLE refresh_tokens (
    digest bytea PRIMARY KEY,
    family_id uuid NOT NULL REFERENCES session_families,
    generation int NOT NULL,
    client text NOT NULL,                       -- keyed digest of who asked: address and user agent
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    UNIQUE (family_id, generation)
);

-- What every process must hear of within five seconds: a revoked session, a disabled user, a changed setting.
CREATE TABLE changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX changes_made ON changes (made_at);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    prefix text NOT NULL UNIQUE,
    digest bytea NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);

CREATE TABLE owner_links (
    digest bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE rate_counters (
    bucket text NOT NULL,
    window_start timestamptz NOT NULL,
    used int NOT NULL,
    PRIMARY KEY (bucket, window_start)
);
CREATE INDEX rate_counters_window ON rate_counters (window_start);

-- ── connections ─────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE connections (
    id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    provider text NOT NULL,
    livemode boolean NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',       -- text to text; never a secret
    secrets jsonb NOT NULL DEFAULT '{}',        -- credential name to secret name
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE payments (
    id uuid PRIMARY KEY,
    status text NOT NULL,
    late boolean NOT NULL DEFAULT false,
    livemode boolean NOT NULL,
    amount numeric(78,0) NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    amount_captured numeric(78,0) NOT NULL DEFAULT 0 CHECK (amount_captured >= 0),
    amount_refunded numeric(78,0) NOT NULL DEFAULT 0 CHECK (amount_refunded >= 0),
    amount_excess numeric(78,0) NOT NULL DEFAULT 0 CHECK (amount_excess >= 0),
    description text NOT NULL,
    order_reference text,
    owner_id uuid,                              -- the customer's user id, when there is one
    metadata jsonb NOT NULL DEFAULT '{}',
    items jsonb NOT NULL DEFAULT '[]',
    return_url text,
    sequence int NOT NULL DEFAULT 0,            -- grows with every announcement about it
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    paid_at timestamptz,
    cancelled_at timestamptz,
    look_at timestamptz,                        -- business time at which its status must be folded again
    CHECK (amount_refunded <= amount_captured)
);
CREATE INDEX payments_look ON payments (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX payments_created ON payments (created_at DESC, id DESC);
CREATE INDEX payments_status ON payments (status, created_at DESC, id DESC);
CREATE INDEX payments_order ON payments (order_reference) WHERE order_reference IS NOT NULL;
CREATE INDEX payments_owner ON payments (owner_id, created_at DESC) WHERE owner_id IS NOT NULL;

-- Personal data stands apart, so that erasing a person touches neither money nor proof.
CREATE TABLE payment_payers (
    payment_id uuid PRIMARY KEY REFERENCES payments,
    name text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    locale text NOT NULL DEFAULT 'id'
);

CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments,
    number int NOT NULL,
    status text NOT NULL,
    method text NOT NULL,
    options jsonb NOT NULL DEFAULT '{}',
    connection text NOT NULL,
    effect text NOT NULL,
    lookup text NOT NULL,
    amount numeric(78,0) NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    captured numeric(78,0) NOT NULL DEFAULT 0 CHECK (captured >= 0),
    refunded numeric(78,0) NOT NULL DEFAULT 0 CHECK (refunded >= 0),
    refund_reserved numeric(78,0) NOT NULL DEFAULT 0 CHECK (refund_reserved >= 0),
    dispute text NOT NULL DEFAULT 'none',
    provider_reference text,
    next_action jsonb,
    failure jsonb,
    asked_at timestamptz,                       -- when the last applied answer was asked for
    unsent boolean NOT NULL DEFAULT false,      -- certainly not sent: it may be sent again
    look_at timestamptz,                        -- business time at which somebody must look at it again
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (payment_id, number),
    CONSTRAINT refunds_within_captured CHECK (refunded + refund_reserved <= captured)
);
CREATE INDEX attempts_look ON attempts (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE refunds (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments,
    attempt_id uuid NOT NULL REFERENCES attempts,
    status text NOT NULL,
    amount numeric(78,0) NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    credit_amount numeric(78,0) NOT NULL DEFAULT 0, -- the part that gives back a surplus, not the sale
    reason text NOT NULL,
    provider_reference text,
    failure text,
    requested_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_attempt ON refunds (attempt_id);

CREATE TABLE refund_destinations (              -- personal data: erasable
    refund_id uuid PRIMARY KEY REFERENCES refunds,
    bank text NOT NULL,
    account text NOT NULL,
    name text NOT NULL
);

CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    resource text NOT NULL,                     -- payment | attempt | refund
    resource_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- ── ledger: a line is balanced by its form ──────────────────────────────────────────────────────────────────────────
CREATE TABLE ledger_lines (
    posting uuid NOT NULL,
    line int NOT NULL,
    kind text NOT NULL,
    payment_id uuid,
    attempt_id uuid,
    refund_id uuid,
    debit text NOT NULL,
    credit text NOT NULL,
    amount numeric(78,0) NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    posted_at timestamptz NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (posting, line)
);
CREATE INDEX ledger_lines_payment ON ledger_lines (payment_id) WHERE payment_id IS NOT NULL;

-- ── inbox ───────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE inbox (
    id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    connection text NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    shard smallint NOT NULL,
    type text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'done', 'waiting', 'parked')),
    outcome text,
    tries smallint NOT NULL DEFAULT 0,
    retry_at timestamptz,
    done_at timestamptz,
    attempt_id uuid
) PARTITION BY RANGE (received_at);
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT WITH (fillfactor = 85);
CREATE INDEX inbox_new ON inbox (shard, received_at, id) WHERE status = 'new';
CREATE INDEX inbox_waiting ON inbox (retry_at) WHERE status = 'waiting';
CREATE INDEX inbox_id ON inbox (id);

CREATE TABLE inbox_seen (
    connection text NOT NULL,
    key text NOT NULL,
    id uuid NOT NULL,
    times int NOT NULL DEFAULT 1,
    PRIMARY KEY (connection, key)
);

CREATE TABLE inbox_shards (
    shard smallint PRIMARY KEY,
    owner uuid,
    lease_until timestamptz,
    batch uuid[] NOT NULL DEFAULT '{}'          -- what the owner is working on: if it dies, these are run one by one
);
INSERT INTO inbox_shards (shard) SELECT generate_series(0, 7);

CREATE TABLE rejections (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection text NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    body_digest bytea NOT NULL,
    body_size int NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rejections_at ON rejections (rejected_at DESC);

-- ── queue ───────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    run_at timestamptz NOT NULL,                -- business time
    tries int NOT NULL DEFAULT 0,
    most_tries int NOT NULL,
    again boolean NOT NULL DEFAULT false,       -- asked for once more while it was running
    lease_until timestamptz,                    -- real time
    parked_at timestamptz,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE parked_at IS NULL;

-- ── announcements, notifications ────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE announcements (
    id uuid PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type text NOT NULL,
    payment_id uuid,
    sequence int NOT NULL DEFAULT 0,
    data jsonb NOT NULL DEFAULT '{}',
    made_at timestamptz NOT NULL
);
CREATE INDEX announcements_order ON announcements (xid, id);

CREATE TABLE cursors (name text PRIMARY KEY, xid xid8 NOT NULL DEFAULT '0', id uuid);

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    announcement_id uuid NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,                    -- personal data: erasable
    template text NOT NULL,
    locale text NOT NULL,
    data jsonb NOT NULL,
    payment_id uuid,
    status text NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
    message_id text NOT NULL,
    tries int NOT NULL DEFAULT 0,
    error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    UNIQUE (announcement_id, channel, recipient, template)
);
CREATE INDEX notifications_created ON notifications (created_at DESC, id DESC);
CREATE INDEX notifications_payment ON notifications (payment_id) WHERE payment_id IS NOT NULL;

-- ── audit ───────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    before_digest bytea,
    after_digest bytea,
    request_id text,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_order ON audit (xid, id);
CREATE INDEX audit_object ON audit (object, id);

-- ── rights of the app role: data, no DDL; what proves is append-only ────────────────────────────────────────────────
GRANT USAGE ON SCHEMA public TO gerbang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gerbang_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gerbang_app;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_lines, audit FROM gerbang_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON business_clock FROM gerbang_app;
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM gerbang_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
