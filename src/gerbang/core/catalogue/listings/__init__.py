"""What shops of marketplaces sell, which product of ours each is, and how stock and price get there."""
