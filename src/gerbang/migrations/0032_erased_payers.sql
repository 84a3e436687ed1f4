-- expand
-- What a provider sends about a payment after its payer was erased may name them again: these payments are gone through for it.

ALTER TABLE payment_payers ADD COLUMN erased_at timestamptz;
CREATE INDEX payers_erased ON payment_payers (payment_id) WHERE erased_at IS NOT NULL;
COMMENT ON COLUMN payment_payers.erased_at IS 'not personal: when who pays was erased';
