-- expand
-- Shops of a marketplace: connections below the app that their sellers let in, the lives of their tokens, and authorisations under way.

ALTER TABLE connections ADD COLUMN parent text REFERENCES connections (id);
CREATE INDEX connections_parent ON connections (parent) WHERE parent IS NOT NULL;
-- One seller of a country stands once below an app: two connections would refresh the same tokens.
CREATE UNIQUE INDEX connections_seller ON connections (parent, (settings ->> 'site'), (settings ->> 'seller_id')) WHERE parent IS NOT NULL;

-- All times are real ones: what a token's life is does not follow the sandbox's clock.
CREATE TABLE shop_tokens (
    connection text PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    access_until timestamptz,                   -- null: not known yet
    refresh_until timestamptz,                  -- null: not known yet, or they cannot be refreshed
    refresh_at timestamptz,                     -- when they are refreshed next; null: never
    refreshed_at timestamptz,
    claim int NOT NULL DEFAULT 0,               -- the fence of who refreshes
    claimed_until timestamptz,
    failures int NOT NULL DEFAULT 0,            -- in a row
    is_ended boolean NOT NULL DEFAULT false,    -- the seller must let the app in again
    warned_days int,                            -- the nearest end that was told: 14, 7, 2, 0
    is_closed boolean NOT NULL DEFAULT false    -- the marketplace has closed the shop
);
CREATE INDEX shop_tokens_due ON shop_tokens (refresh_at) WHERE refresh_at IS NOT NULL;
CREATE TABLE shop_authorisations (
    state_digest bytea PRIMARY KEY,
    app text NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    shop text REFERENCES connections (id) ON DELETE CASCADE,    -- the one that is let in again
    session_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON shop_tokens, shop_authorisations TO gerbang_app;
