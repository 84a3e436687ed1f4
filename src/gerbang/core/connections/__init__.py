"""Connections: our accounts at providers, with their settings and references to their secrets."""
