"""NICEPAY by SNAP, Bank Indonesia's standard: virtual accounts, QRIS and e-wallets. The classic V2 beside it shares account and clock only."""
