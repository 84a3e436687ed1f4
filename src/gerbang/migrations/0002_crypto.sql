-- expand
-- Crypto: what an attempt froze, where it is paid to, and what our own node saw come in.

ALTER TABLE attempts
    ADD COLUMN quote jsonb,                                              -- the frozen rate and asset amount
    ADD COLUMN received numeric(78,0) NOT NULL DEFAULT 0 CHECK (received >= 0), -- base units of the quote's asset
    ADD COLUMN deposit bigint;                                           -- number of its deposit address, never used again
CREATE UNIQUE INDEX attempts_deposit ON attempts (connection, deposit) WHERE deposit IS NOT NULL;

CREATE TABLE deposit_numbers (connection text PRIMARY KEY REFERENCES connections, next bigint NOT NULL);

-- What came to addresses of ours. One log of one transaction is credited once, for ever: that is the primary key.
CREATE TABLE chain_transfers (
    chain_id bigint NOT NULL,
    transaction text NOT NULL,
    log int NOT NULL,                           -- -1: the native coin, which leaves no log
    attempt_id uuid NOT NULL REFERENCES attempts,
    network text NOT NULL,
    asset text NOT NULL,                        -- empty: a token that we do not take
    contract text NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    amount numeric(78,0) NOT NULL CHECK (amount >= 0),
    block bigint NOT NULL,
    block_hash text NOT NULL,
    mined_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('seen', 'counted', 'settled', 'gone', 'ignored')),
    verdict text NOT NULL,
    confirmations int NOT NULL,
    required int NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (chain_id, transaction, log)
);
CREATE INDEX chain_transfers_attempt ON chain_transfers (attempt_id);
CREATE INDEX chain_transfers_moving ON chain_transfers (chain_id) WHERE state IN ('seen', 'counted');

-- How far a connection's chain was read, and when the reading that was applied last had begun.
CREATE TABLE chain_cursors (
    connection text PRIMARY KEY REFERENCES connections,
    block bigint NOT NULL,
    asked_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON deposit_numbers, chain_transfers, chain_cursors TO gerbang_app;
