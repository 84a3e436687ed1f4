-- expand
-- Which columns hold personal data: each says so, and whose table it is must be registered with what shows and erases a person. A column that only
-- looks so says why it does not.

COMMENT ON COLUMN users.email IS 'personal: who signs in';
COMMENT ON COLUMN users.name IS 'personal: who signs in';
COMMENT ON COLUMN users.phone IS 'personal: who signs in';
COMMENT ON COLUMN payment_payers.name IS 'personal: who pays';
COMMENT ON COLUMN payment_payers.email IS 'personal: who pays; payers_email is an index of it';
COMMENT ON COLUMN payment_payers.phone IS 'personal: who pays; payers_phone is an index of it';
COMMENT ON COLUMN payment_payers.ip IS 'personal: who pays';
COMMENT ON COLUMN refund_destinations.bank IS 'personal: where the money of a person goes';
COMMENT ON COLUMN refund_destinations.account IS 'personal: where the money of a person goes';
COMMENT ON COLUMN refund_destinations.name IS 'personal: where the money of a person goes';
COMMENT ON COLUMN notifications.recipient IS 'personal: to whom a message went';
COMMENT ON COLUMN inbox.headers IS 'personal: what a provider sent may name anybody';
COMMENT ON COLUMN inbox.body IS 'personal: what a provider sent may name anybody';

COMMENT ON COLUMN api_keys.name IS 'not personal: what an admin calls a key';
COMMENT ON COLUMN chain_claims.recipient IS 'not personal: an address of ours on a chain';
COMMENT ON COLUMN chain_transfers.recipient IS 'not personal: an address of ours on a chain';
COMMENT ON COLUMN chain_transfers.sender IS 'not personal: public on its chain for ever, and part of what judged the transfer';
COMMENT ON COLUMN cursors.name IS 'not personal: a consumer';
COMMENT ON COLUMN ledger_balances.account IS 'not personal: an account of the ledger';
COMMENT ON COLUMN schema_migrations.name IS 'not personal: a file';
COMMENT ON COLUMN sealed_secrets.name IS 'not personal: a secret';
