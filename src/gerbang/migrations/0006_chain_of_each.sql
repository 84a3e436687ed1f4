-- expand
-- Each connection's own reading of its chain: which chain it was, what was read of it, and a trail by which a replaced one is noticed.

ALTER TABLE chain_cursors
    ADD COLUMN reads text NOT NULL DEFAULT '',      -- chain id, and whether coins are read; empty: from before this was kept
    ADD COLUMN trail jsonb NOT NULL DEFAULT '[]',   -- [number, hash] of blocks that were read, the newest first, at growing distances
    ADD COLUMN moved_at timestamptz NOT NULL DEFAULT clock_timestamp(); -- when a newer block than before was read

-- Whatever is watched is found by these, however many payments there were.
CREATE INDEX attempts_deposit_open ON attempts (id) WHERE deposit IS NOT NULL AND status IN ('pending', 'submitting', 'unknown');
CREATE INDEX attempts_deposit_expiry ON attempts (expires_at) WHERE deposit IS NOT NULL;
CREATE INDEX chain_transfers_gone ON chain_transfers (chain_id, block) WHERE state = 'gone';

-- Long after: when an address's balance is looked at next, until 180 days after its time, and when it was last.
ALTER TABLE attempts ADD COLUMN sweep_at timestamptz, ADD COLUMN swept_at timestamptz;
UPDATE attempts SET sweep_at = expires_at + interval '73 hours' WHERE deposit IS NOT NULL;
CREATE INDEX attempts_sweep ON attempts (sweep_at) WHERE sweep_at IS NOT NULL;

-- What stood at an address when it was last swept and is accounted for; an address without a balance has no row.
CREATE TABLE deposit_balances (
    attempt_id uuid NOT NULL REFERENCES attempts,
    chain_id bigint NOT NULL,
    contract text NOT NULL,
    balance numeric(78,0) NOT NULL CHECK (balance >= 0),
    PRIMARY KEY (attempt_id, chain_id, contract)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON deposit_balances TO gerbang_app;
