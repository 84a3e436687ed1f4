"""The inbox: everything that came in from outside, raw, verified, committed once, before it is answered."""
