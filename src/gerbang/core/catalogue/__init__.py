"""Products, their stock in one pool over all shops, and what is held of it for whom."""
