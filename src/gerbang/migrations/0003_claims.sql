-- expand
-- What processors say came in on a chain, until our own node has seen it.

CREATE TABLE chain_claims (
    attempt_id uuid NOT NULL REFERENCES attempts,
    network text NOT NULL,
    transaction text NOT NULL,
    recipient text NOT NULL,
    total numeric(78,0) NOT NULL,               -- base units of the quote's asset that the payer is credited with
    onchain numeric(78,0) NOT NULL CHECK (onchain > 0 AND onchain <= total), -- what our node must see of them
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'seen', 'refuted')),
    claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (attempt_id, network, transaction)
);
CREATE INDEX chain_claims_open ON chain_claims (network) WHERE state = 'open';

GRANT SELECT, INSERT, UPDATE, DELETE ON chain_claims TO gerbang_app;
