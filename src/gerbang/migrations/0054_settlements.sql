-- expand
-- What marketplaces say that they owe a shop and pay out: lines of its statements, each once, and the payouts that they explain.

-- How far the statements of a shop are read. Days are the marketplace's own.
CREATE TABLE settlement_readings (
    connection text PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    read_to date NOT NULL,                      -- every day up to this one was read whole
    first date,                                 -- the days that are being read; null: none
    last date,
    next_offset int NOT NULL DEFAULT 0,
    began_at timestamptz,                       -- when these days were begun
    is_asked_again boolean NOT NULL DEFAULT false,  -- the page at this offset repeated what an earlier one had brought
    failures int NOT NULL DEFAULT 0,            -- in a row
    why text NOT NULL DEFAULT '',               -- what the last failure was
    read_at timestamptz,                        -- when a reading last came to its end
    CHECK ((first IS NULL) = (last IS NULL))
);

-- Amounts are signed minor units: above 0 is what the marketplace owes. Orders and items are the marketplace's numbers, unique inside one shop only.
CREATE TABLE settlement_lines (
    id uuid PRIMARY KEY,
    connection text NOT NULL,
    key text NOT NULL,                          -- the line's own, inside its shop
    day date NOT NULL,
    kind text NOT NULL,
    said text NOT NULL,
    amount numeric(78,0) NOT NULL,
    currency text NOT NULL,
    order_number text NOT NULL,
    item_number text NOT NULL,
    statement text NOT NULL,                    -- empty: in none yet
    is_paid boolean,
    status text NOT NULL CHECK (status IN ('booked', 'held', 'noted')),
    why text NOT NULL DEFAULT '',               -- why it is held, or was noted only
    booked numeric(78,0) NOT NULL DEFAULT 0,    -- what of it stands in the ledger
    posting uuid,
    told_differently_at timestamptz,            -- when it was told again with another amount
    taken_at timestamptz NOT NULL,
    UNIQUE (connection, key),
    CHECK ((status = 'booked') = (posting IS NOT NULL)),
    CHECK ((posting IS NULL) = (booked = 0))
);
CREATE INDEX settlement_lines_order ON settlement_lines (order_number, connection, id);
CREATE INDEX settlement_lines_statement ON settlement_lines (connection, statement, id);
CREATE INDEX settlement_lines_open ON settlement_lines (connection, day) WHERE statement = '';
CREATE INDEX settlement_lines_status ON settlement_lines (status, id);
CREATE INDEX settlement_lines_kind ON settlement_lines (kind, id);

-- The sums of the lines of each statement, kept with them: a payout is explained without reading its lines.
CREATE TABLE settlement_totals (
    connection text NOT NULL,
    statement text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    currency text NOT NULL,
    amount numeric(78,0) NOT NULL,
    lines bigint NOT NULL,
    PRIMARY KEY (connection, statement, kind, status, currency)
);

CREATE TABLE payouts (
    id uuid PRIMARY KEY,
    connection text NOT NULL,
    statement text NOT NULL,
    amount numeric(78,0) NOT NULL,
    currency text NOT NULL,
    opening numeric(78,0),                      -- null: not told
    closing numeric(78,0),
    is_paid boolean NOT NULL,
    made_on date,                               -- the day that the marketplace says; null: none that can be read
    posting uuid,                               -- null until it is paid
    booked numeric(78,0) NOT NULL DEFAULT 0,
    told_differently_at timestamptz,
    heard_at timestamptz NOT NULL,
    paid_at timestamptz,                        -- when we heard that it was paid
    UNIQUE (connection, statement),
    CHECK ((posting IS NULL) = (booked = 0))
);
CREATE INDEX payouts_heard ON payouts (heard_at, id);
CREATE INDEX payouts_of_connection ON payouts (connection, heard_at, id);
CREATE INDEX payouts_unpaid ON payouts (connection, made_on) WHERE NOT is_paid AND amount <> 0;

-- What a buyer paid for an item, as orders know it: amounts that are taken back are compared with it.
CREATE TABLE settlement_prices (
    connection text NOT NULL,
    order_number text NOT NULL,
    item_number text NOT NULL,
    amount numeric(78,0) NOT NULL,
    currency text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (connection, order_number, item_number)
);

-- Kinds of lines that nobody knows: each is told once.
CREATE TABLE settlement_unknown_kinds (
    connection text NOT NULL,
    said text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (connection, said)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON settlement_readings, settlement_totals TO gerbang_app;
GRANT SELECT, INSERT, UPDATE ON settlement_lines, payouts, settlement_prices TO gerbang_app;
GRANT SELECT, INSERT ON settlement_unknown_kinds TO gerbang_app;
