"""The outer shapes of objects, as the contract has them. Pure."""
