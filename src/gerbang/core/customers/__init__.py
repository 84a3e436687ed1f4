"""Customers of the shop: by its own id for them, how they are reached, what they want to be told, and what they ask of their data."""
