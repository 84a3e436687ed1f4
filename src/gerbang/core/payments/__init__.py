"""Payments: what a customer owes, the attempts to collect it, and the refunds that give it back."""
