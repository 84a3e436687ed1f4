"""Secrets: names, purposes, a short cache and an audit of reads, over whatever store is configured."""
