"""What every request passes before a route sees it: host, caller, limits, policy, idempotency, and how answers go back."""
