"""Refunds: asked for, approved where a second person is wanted, given back by the provider or by a transfer."""
