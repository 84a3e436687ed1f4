"""The ledger: double entry, rows that balance by their form, never changed."""
