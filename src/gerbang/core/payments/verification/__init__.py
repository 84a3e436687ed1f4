"""The sweep of all invariants of payments: what must never be, looked for."""
