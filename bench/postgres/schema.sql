-- The tables of the reference scripts: the same shape of work as Gerbang's, without Gerbang.
CREATE TABLE reference_inbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection  text        NOT NULL,
    key         text        NOT NULL,
    body        bytea       NOT NULL,
    verified    boolean     NOT NULL,
    status      smallint    NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (connection, key)
);

CREATE TABLE reference_payment (
    id         bigint PRIMARY KEY,
    status     text        NOT NULL,
    amount     bigint      NOT NULL,
    currency   text        NOT NULL,
    captured   bigint      NOT NULL DEFAULT 0,
    reference  text        NOT NULL,
    metadata   jsonb       NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reference_attempt (
    id         bigint PRIMARY KEY,
    payment_id bigint      NOT NULL REFERENCES reference_payment,
    status     text        NOT NULL,
    captured   bigint      NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON reference_attempt (payment_id);

CREATE TABLE reference_ledger (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id bigint      NOT NULL,
    debit      text        NOT NULL,
    credit     text        NOT NULL,
    amount     bigint      NOT NULL CHECK (amount > 0),
    currency   text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON reference_ledger (payment_id);

CREATE TABLE reference_audit (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor      text        NOT NULL,
    action     text        NOT NULL,
    subject    bigint      NOT NULL,
    detail     jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reference_outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic      text        NOT NULL,
    subject    bigint      NOT NULL,
    payload    jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
