"""Telling people: announcements become messages, each kept, tried with patience, and sent never less than once."""
