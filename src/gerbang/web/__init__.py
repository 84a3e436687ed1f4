"""The edge: HTTP in and out. No SQL, no provider's name."""
