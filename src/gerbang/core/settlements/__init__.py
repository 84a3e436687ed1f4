"""Settlements: what a marketplace says that it owes a shop, line by line, what it pays out, and how the one explains the other."""
