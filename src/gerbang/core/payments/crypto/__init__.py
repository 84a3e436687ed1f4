"""Payments on a blockchain: deposit addresses, quotes, the watcher of the chains, and what transfers mean."""
