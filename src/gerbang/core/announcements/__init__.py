"""Announcements: "this happened", for notifications, outgoing webhooks and open pages."""
