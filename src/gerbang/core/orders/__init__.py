"""Orders: what was sold in the shops of marketplaces and by ourselves, item by item, and on its way to whoever bought it."""
