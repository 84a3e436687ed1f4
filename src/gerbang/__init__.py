"""Gerbang: one self-hosted gate for payments, webhooks, orders and other people's APIs."""

__version__ = "0.1.0"
