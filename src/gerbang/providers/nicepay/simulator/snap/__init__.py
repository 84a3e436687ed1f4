"""NICEPAY's SNAP in the box, on the book that classic V2 has: routes.py is where a request comes in."""
